const grounds: [number, string][] = [
  [18, "--fam-link-bg"],
  [50, "--gold-soft"],
  [100, "--ok-soft"],
  [160, "--ok-soft"],
  [185, "--fam-know-bg"],
  [225, "--fam-model-bg"],
  [265, "--fam-model-bg"],
  [295, "--fam-data-bg"],
  [335, "--fam-human-bg"],
  [360, "--fam-link-bg"],
];

/**
 * The soft ground for an app's icon that is nearest in hue to the colour in its file. A file's own colour was chosen for a
 * white page; ours must also stand on a dark one.
 *
 * @param colour  `#rgb` or `#rrggbb`; anything else, and greys, give the neutral gold ground.
 */
export function appIconGround(colour: string): string {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(colour.trim())?.[1];
  if (hex === undefined) return "--gold-soft";
  const wide = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  const [red, green, blue] = [0, 2, 4].map((at) => Number.parseInt(wide.slice(at, at + 2), 16)) as [
    number,
    number,
    number,
  ];
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (spread < 8) return "--gold-soft";
  const sixth =
    most === red
      ? ((green - blue) / spread + 6) % 6
      : most === green
        ? (blue - red) / spread + 2
        : (red - green) / spread + 4;
  return grounds.find(([upTo]) => sixth * 60 <= upTo)?.[1] ?? "--gold-soft";
}
