const zeros = [0x0660, 0x06f0];

/**
 * Reads a typed number: Western, Arabic-Indic and Persian digits, a dot or either Arabic decimal mark, group marks left out.
 *
 * @returns undefined where the text is no number; an empty text is null, "nothing typed".
 */
export function parseNumber(text: string): number | null | undefined {
  const western = text
    .trim()
    .replace(/[٠-٩۰-۹]/g, (digit) => {
      const code = digit.charCodeAt(0);
      return String(code - (zeros.find((zero) => code >= zero && code <= zero + 9) ?? 0));
    })
    .replace(/٬/g, "")
    .replace(/٫/g, ".")
    .replace(/(\d),(?=\d{3}(\D|$))/g, "$1")
    .replace(/^(-?\d+),(\d+)$/, "$1.$2");
  if (western === "") return null;
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(western) ? Number(western) : undefined;
}
