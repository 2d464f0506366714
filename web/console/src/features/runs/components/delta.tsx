import { useT } from "@diwan/ui";
import { ArrowDownRight, ArrowUpRight, Equal } from "lucide-react";

/** What b has more or less than a; an en dash where there is nothing to compare. */
export function Delta({ value, show }: { value: number | null; show: (amount: number) => string }) {
  const t = useT();
  if (value === null) return <span className="faint">–</span>;
  if (value === 0) return <Equal size={13} className="faint" aria-label={t("compare.same")} />;
  return (
    <span className={value > 0 ? "delta more" : "delta less"}>
      {value > 0 ? <ArrowUpRight className="flip" aria-hidden /> : <ArrowDownRight className="flip" aria-hidden />}
      <bdi>
        {/* The mark keeps the sign before the number, also where the page runs right to left. */}
        {value > 0 ? "\u200e+" : "\u200e−"}
        {show(Math.abs(value))}
      </bdi>
    </span>
  );
}
