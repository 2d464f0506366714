import access from "./en/access.messages";
import account from "./en/account.messages";
import app from "./en/app.messages";
import builder from "./en/builder.messages";
import errors from "./en/errors.messages";
import forms from "./en/forms.messages";
import frame from "./en/frame.messages";
import models from "./en/models.messages";
import repeat from "./en/repeat.messages";
import runs from "./en/runs.messages";
import steps from "./en/steps.messages";
import studio from "./en/studio.messages";

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
