import { buttonClass, EmptyState, FailedState, useT } from "@diwan/ui";
import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useErrorText } from "../shared/api/error-text.ts";

/** The last net: a page that could not even start. */
export function PageFailure({ error, reset }: { error: unknown; reset: () => void }) {
  const t = useT();
  const text = useErrorText()(error);
  return (
    <main className="page narrow">
      <FailedState what={t("frame.page-failed")} why={text.why} requestId={text.requestId} onRetry={reset} />
    </main>
  );
}

export function NotFoundPage() {
  const t = useT();
  return (
    <main className="page narrow">
      <EmptyState
        icon={<Compass size={22} />}
        title={t("frame.not-found")}
        text={t("frame.not-found.text")}
        actions={
          <Link to="/studio" className={buttonClass("primary")}>
            {t("frame.to-studio")}
          </Link>
        }
      />
    </main>
  );
}
