let remembered = "";

/** The session's answer carries the token; a readable cookie holds it over a reload. */
export function rememberCsrfToken(token: string): void {
  remembered = token;
}

export function csrfToken(): string {
  if (remembered !== "") return remembered;
  const cookie = /(?:^|;\s*)diwan_csrf=([^;]*)/.exec(document.cookie)?.[1];
  return cookie === undefined ? "" : decodeURIComponent(cookie);
}
