export const shortestPassword = 12;

export type SetUpForm = { secret: string; name: string; email: string; password: string; workspaceName: string };
export type SetUpProblem = "required" | "email" | "password";

/** Per field, what is wrong with it; a good form gives {}. Length counts characters as people see them. */
export function checkSetUpForm(form: SetUpForm): Partial<Record<keyof SetUpForm, SetUpProblem>> {
  const problems: Partial<Record<keyof SetUpForm, SetUpProblem>> = {};
  for (const field of ["secret", "name", "email", "workspaceName"] as const) {
    if (form[field].trim() === "") problems[field] = "required";
  }
  if (problems.email === undefined && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(form.email.trim())) problems.email = "email";
  if ([...form.password].length < shortestPassword) problems.password = "password";
  return problems;
}

/** The server prints `/setup#secret=…`; a fragment never reaches a server or its log. */
export function secretOf(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("secret") ?? "";
}

/** A page of this console to go to after sign-in; an address of another host is not followed. */
export function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : "/studio";
}
