import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Hint } from "../overlays/hint.tsx";

type Variant = "primary" | "default" | "accent" | "quiet" | "danger" | "destroy";
type Size = "md" | "sm" | "xs";

/** For a link that looks like a button. */
export function buttonClass(variant: Variant = "default", size: Size = "md", extra = ""): string {
  return `btn ${variant} ${size === "md" ? "" : size} ${extra}`.trim();
}

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> & {
  variant?: Variant;
  size?: Size;
  icon?: ReactNode;
  /** In work: the label stays, a ring takes the icon's place. */
  busy?: boolean;
  /** Why it cannot be pressed now; such a button stays reachable and says so. */
  notNow?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
};

export function Button({
  variant,
  size,
  icon,
  busy,
  notNow,
  children,
  onClick,
  className,
  type,
  ...rest
}: ButtonProps) {
  const blocked = busy === true || notNow !== undefined;
  const button = (
    <button
      {...rest}
      type={blocked ? "button" : (type ?? "button")}
      className={buttonClass(variant, size, className)}
      aria-disabled={notNow === undefined ? undefined : true}
      aria-busy={busy || undefined}
      onClick={blocked ? undefined : onClick}
    >
      {busy ? <span className="spin" aria-hidden /> : icon}
      {children}
    </button>
  );
  return notNow === undefined ? button : <Hint label={notNow}>{button}</Hint>;
}

type IconButtonProps = Omit<ButtonProps, "icon" | "children"> & {
  /** The name; also the tooltip. */
  label: string;
  /** Keys that do the same. */
  keys?: string;
  children: ReactNode;
};

export function IconButton({
  label,
  keys,
  variant = "quiet",
  size = "sm",
  className = "",
  children,
  ...rest
}: IconButtonProps) {
  return (
    <Hint label={label} keys={keys}>
      <Button {...rest} variant={variant} size={size} className={`icon ${className}`} aria-label={label}>
        {children}
      </Button>
    </Hint>
  );
}
