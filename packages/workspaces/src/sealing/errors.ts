import { defineErrors } from "@diwan/kernel";

export const SecretErrors = defineErrors("secret", {
  "cannot-open": { kind: "defect", message: "A stored secret could not be opened." },
  "wrong-key": {
    kind: "caller",
    message:
      "SECRET_KEY is not the one this installation was made with. Set the right one, or name the old one in SECRET_KEY_PREVIOUS.",
  },
  "too-weak": {
    kind: "caller",
    message:
      "SECRET_KEY must be random and at least 32 bytes long, for example the output of `openssl rand -base64 42`.",
  },
});
