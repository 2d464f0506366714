import type { Sample } from "@diwan/contracts";
import { AppIcon, Button, FailedState, Loading, Notice, Skeleton, useT } from "@diwan/ui";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { AppKind } from "../../../shared/apps/app-kind.tsx";
import { samplesQuery, useTrySample } from "../api/studio-queries.ts";

/** Working apps to start from; the first carries the main button. */
export function Samples({ workspaceId }: { workspaceId: string }) {
  const t = useT();
  const sentence = useErrorText();
  const navigate = useNavigate();
  const samples = useQuery(samplesQuery(workspaceId));
  const attempt = useTrySample(workspaceId, (appId) => void navigate({ to: "/apps/$appId/build", params: { appId } }));
  if (samples.isPending) {
    return (
      <Loading>
        <Skeleton
          style={{ blockSize: 148, inlineSize: 480, maxInlineSize: "80vw", borderRadius: 14, marginBlockStart: 24 }}
        />
      </Loading>
    );
  }
  if (samples.isError) {
    const { why, requestId } = sentence(samples.error);
    return (
      <FailedState
        what={t("studio.samples.failed")}
        why={why}
        requestId={requestId}
        onRetry={() => samples.refetch()}
      />
    );
  }
  return (
    <>
      {attempt.isError && (
        <Notice tone="bad" alert>
          {sentence(attempt.error).why}
        </Notice>
      )}
      <ul className="samples" data-count={Math.min(samples.data.data.length, 4)}>
        {samples.data.data.map((sample, index) => (
          <SampleCard
            key={sample.id}
            sample={sample}
            main={index === 0}
            busy={attempt.isPending && attempt.variables?.id === sample.id}
            onTry={() => !attempt.isPending && attempt.mutate(sample)}
          />
        ))}
      </ul>
    </>
  );
}

type SampleCardProps = { sample: Sample; main: boolean; busy: boolean; onTry: () => void };

function SampleCard({ sample, main, busy, onTry }: SampleCardProps) {
  const t = useT();
  return (
    <li className="sample">
      <AppIcon icon={sample} size={34} />
      <h3>
        <bdi dir="auto">{sample.name}</bdi>
      </h3>
      <AppKind mode={sample.mode} />
      <p className="muted small grow own-direction" dir="auto">
        {sample.description}
      </p>
      <Button variant={main ? "primary" : "default"} icon={<Play aria-hidden />} busy={busy} onClick={onTry}>
        {t("studio.try-sample")}
        {!main && <span className="vh">: {sample.name}</span>}
      </Button>
    </li>
  );
}
