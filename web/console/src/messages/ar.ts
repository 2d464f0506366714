import access from "./ar/access.messages";
import account from "./ar/account.messages";
import app from "./ar/app.messages";
import builder from "./ar/builder.messages";
import errors from "./ar/errors.messages";
import forms from "./ar/forms.messages";
import frame from "./ar/frame.messages";
import models from "./ar/models.messages";
import repeat from "./ar/repeat.messages";
import runs from "./ar/runs.messages";
import steps from "./ar/steps.messages";
import studio from "./ar/studio.messages";

export const messages = {
  ...access,
  ...account,
  ...app,
  ...builder,
  ...errors,
  ...forms,
  ...frame,
  ...models,
  ...repeat,
  ...runs,
  ...steps,
  ...studio,
};
