import type { AppMode } from "@diwan/contracts";
import { Button, IconButton, Menu, SearchBox, useT } from "@diwan/ui";
import { ChevronDown, LayoutGrid, List } from "lucide-react";
import { useEffect, useState } from "react";
import { appModes } from "../../../shared/apps/app-kind.tsx";

export type StudioFilter = { q: string; kind: AppMode | undefined; view: "cards" | "list" };

type StudioFiltersProps = {
  filter: StudioFilter;
  count: number | undefined;
  onChange: (change: Partial<StudioFilter>) => void;
};

export function StudioFilters({ filter, count, onChange }: StudioFiltersProps) {
  const t = useT();
  const [typed, setTyped] = useState(filter.q);
  useEffect(() => setTyped(filter.q), [filter.q]);
  useEffect(() => {
    if (typed === filter.q) return;
    const timer = setTimeout(() => onChange({ q: typed }), 250);
    return () => clearTimeout(timer);
  }, [typed, filter.q, onChange]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: `search` is not yet known to all readers
    <div className="studio-filters" role="search">
      <SearchBox label={t("studio.search")} value={typed} onChange={setTyped} />
      <Menu
        align="start"
        trigger={
          <Button variant="quiet" size="sm" className={filter.kind === undefined ? "" : "on"}>
            {filter.kind === undefined ? t("studio.kind") : t(`app.kind.${filter.kind}`)}
            <ChevronDown aria-hidden />
          </Button>
        }
        entries={[
          {
            text: t("studio.kind.any"),
            checked: filter.kind === undefined,
            onSelect: () => onChange({ kind: undefined }),
          },
          ...appModes.map((kind) => ({
            text: t(`app.kind.${kind}`),
            checked: filter.kind === kind,
            onSelect: () => onChange({ kind }),
          })),
        ]}
      />
      <span className="grow" />
      {count !== undefined && <span className="faint small num">{t("studio.count", { count })}</span>}
      <span className="row view-switch">
        <IconButton
          label={t("studio.cards")}
          aria-pressed={filter.view === "cards"}
          className={filter.view === "cards" ? "on" : ""}
          onClick={() => onChange({ view: "cards" })}
        >
          <LayoutGrid aria-hidden />
        </IconButton>
        <IconButton
          label={t("studio.list")}
          aria-pressed={filter.view === "list"}
          className={filter.view === "list" ? "on" : ""}
          onClick={() => onChange({ view: "list" })}
        >
          <List className="flip" aria-hidden />
        </IconButton>
      </span>
    </div>
  );
}
