import { answerForm, checkOpen, type PauseForm, RunErrors } from "@diwan/runs";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApiNeeds } from "../../needs.ts";
import { authenticateKey } from "./authenticate-key.ts";
import { bodyOf, inputsOf, invalid, userOf } from "./body.ts";

type FormRequest = FastifyRequest<{ Params: { token: string } }>;

/** Forms that paused runs wait for; the token in the address is the right to answer. */
export function humanInputRoutes(app: FastifyInstance, needs: ApiNeeds): void {
  app.get("/form/human_input/:token", async (request: FormRequest) => {
    const form = await findForm(needs, request);
    checkOpen(form, needs.clock.now());
    const { content, inputs, resolvedDefaults, actions, expiresAt } = form.reason;
    return {
      form_content: content,
      inputs,
      resolved_default_values: resolvedDefaults,
      user_actions: actions,
      expiration_time: Math.floor(expiresAt / 1000),
    };
  });

  app.post("/form/human_input/:token", async (request: FormRequest) => {
    const form = await findForm(needs, request);
    const body = bodyOf(request);
    userOf(body);
    const { action } = body;
    if (typeof action !== "string" || action === "") throw invalid("action", "action is required");
    await answerForm(needs, form, { action, inputs: inputsOf(body) });
    return {};
  });
}

async function findForm(needs: ApiNeeds, request: FormRequest): Promise<PauseForm> {
  const { scope, app } = await authenticateKey(needs, request);
  const form = await needs.forms.findByToken(request.params.token);
  if (form === undefined || form.scope.workspaceId !== scope.workspaceId || form.appId !== app.id) {
    throw RunErrors["form-not-found"]({});
  }
  return form;
}
