import type { Clock, IdSource, WorkspaceScope } from "@diwan/kernel";
import type { RunProgress, Value, WorkflowDocument } from "@diwan/workflow";
import { answeredForms, formEvent } from "../core/pausing.ts";
import { conversationValues, shownInputs } from "../core/run-variables.ts";
import type { ClaimedRun, ConversationStore, FormStore, RunHolder } from "../ports.ts";
import type { ConversationWriter } from "./conversation-writer.ts";
import type { RunLine } from "./run-line.ts";

type Needs = { forms: FormStore; conversations: ConversationStore; clock: Clock; ids: IdSource };

type Taken = {
  scope: WorkspaceScope;
  claimed: ClaimedRun;
  holder: RunHolder;
  document: WorkflowDocument;
  line: RunLine;
  progress: RunProgress;
  conversation: ConversationWriter;
};

/** Folds what is known of a run, and tells its readers where it stands. */
export async function takeUp(needs: Needs, taken: Taken): Promise<void> {
  const { scope, claimed, progress, conversation } = taken;
  const { publisher, journal, wasStreamed } = taken.line;
  const { run, journal: past } = claimed;
  progress.replay(past);
  const isTakeover = claimed.attempt > 1;
  // Readers of a run taken over have that text; those of one that begins with another's journal do not.
  if (isTakeover) progress.takeReply();
  const isFirst = past.length === 0;
  const answers = isFirst ? [] : await answeredForms(needs.forms, scope, run.id, progress.state);
  publisher.publish({
    type: "run.started",
    workflowId: run.versionId,
    inputs: shownInputs(run),
    reason: isTakeover || wasStreamed ? "resumption" : "initial",
    at: run.createdAt,
  });
  if (isFirst || answers.length > 0) {
    const begun = {
      kind: "begun",
      reason: isFirst ? "initial" : "resumption",
      at: needs.clock.now(),
      seed: isFirst ? needs.ids.next() : "",
      conversation: await storedConversation(needs.conversations, taken),
    } as const;
    journal.add(begun);
    progress.fold(begun);
  }
  // A step that is done again says again what it had said already, and what was said right before a pause or a crash may
  // have reached nobody.
  if (progress.answer !== "" || (wasStreamed && answers.length === 0)) {
    publisher.publish({ type: "text-replaced", text: progress.answer, reason: "" });
  }
  // What an earlier worker wrote down and perhaps did not store.
  conversation.update(progress.state.root.conversation);
  for (const { entry, waiting } of answers) {
    journal.add(entry);
    progress.fold(entry);
    publisher.publish(formEvent(waiting, entry.answer));
  }
  // Whoever takes over must know whether what is said from here on was said after the answer.
  if (answers.length > 0) await journal.flush();
}

/** Values are loaded each turn; those declared since the conversation began have their defaults. */
async function storedConversation(
  conversations: ConversationStore,
  { scope, claimed, holder, document }: Taken,
): Promise<Record<string, Value>> {
  const { conversationId } = claimed.run;
  const { conversationVariables: declared } = document;
  if (conversationId === null || declared.length === 0) return {};
  const stored = await conversations.readVariables(scope, conversationId);
  const missing = declared.filter(({ id }) => !Object.hasOwn(stored, id));
  if (missing.length > 0) {
    const defaults = Object.fromEntries(missing.map(({ id, value }) => [id, value]));
    await conversations.writeVariables(scope, conversationId, defaults, holder);
  }
  return conversationValues(declared, stored);
}
