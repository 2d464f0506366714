import type { ModelMessage } from "../../ports.ts";

const LONGEST_QUOTE = 160;

/**
 * What the demo model answers, by rules anyone can see:
 * 1. it says that it is a demo; 2. it quotes the last thing it was asked; 3. it counts that text's words;
 * 4. it answers in Arabic when the text holds Arabic letters.
 */
export function demoAnswer(messages: readonly ModelMessage[]): string {
  const asked = lastQuestion(messages);
  const words = asked.split(/\s+/).filter((word) => word !== "").length;
  const characters = [...asked];
  const quote = characters.length > LONGEST_QUOTE ? `${characters.slice(0, LONGEST_QUOTE - 1).join("")}…` : asked;
  if (/\p{Script=Arabic}/u.test(asked)) {
    return `هذه إجابة تجريبية: النموذج التجريبي يتبع قواعد بسيطة ولا يفهم النص.\n\nطُلب منه: «${quote}»\n\nعدد كلمات الطلب: ${words}. أضف مفتاح مزوّد من «التكاملات › النماذج» لتحصل على إجابات حقيقية.`;
  }
  const counted = words === 1 ? "1 word" : `${words} words`;
  return `This is a demo answer: the demo model follows simple rules and understands nothing.\n\nIt was asked: “${quote}”\n\nThat request has ${counted}. Add a provider's key under Integrations › Models to get real answers.`;
}

function lastQuestion(messages: readonly ModelMessage[]): string {
  const last = messages.findLast((message) => message.role === "user") ?? messages.at(-1);
  if (last === undefined) return "";
  if (typeof last.content === "string") return last.content.trim();
  return last.content
    .flatMap((part) => (part.type === "text" ? [part.text] : []))
    .join(" ")
    .trim();
}
