import { appIconGround } from "./app-icon-ground.ts";
import { stepKind, unknownStepIcon } from "./step-kinds.ts";

/** The coloured square that says what kind of step something is; its name always stands beside it. */
export function StepTile({ type, size = 28 }: { type: string; size?: number }) {
  const kind = stepKind(type);
  const Icon = kind?.icon ?? unknownStepIcon;
  return (
    <span
      className="tile"
      data-fam={kind?.family}
      style={{ inlineSize: size, blockSize: size, borderRadius: size > 24 ? 8 : 6 }}
      aria-hidden
    >
      <Icon size={Math.round(size * 0.57)} strokeWidth={1.9} />
    </span>
  );
}

type AppIconProps = {
  icon: { icon_type: "emoji" | "image" | "link"; icon: string; icon_background: string };
  size?: number;
};

/** Images load only from our own origin: an app file must not make the console call another host. */
export function AppIcon({ icon, size = 40 }: AppIconProps) {
  const own = icon.icon_type !== "emoji" && icon.icon.startsWith("/");
  return (
    <span
      className="app-icon"
      aria-hidden
      style={{
        inlineSize: size,
        blockSize: size,
        borderRadius: Math.round(size * 0.275),
        fontSize: Math.round(size * 0.52),
        background: `var(${appIconGround(icon.icon_background)})`,
      }}
    >
      {own ? <img src={icon.icon} alt="" /> : icon.icon_type === "emoji" && icon.icon !== "" ? icon.icon : "🤖"}
    </span>
  );
}
