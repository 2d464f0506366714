/** A browser's part of the console API: keeps the cookies, sends the CSRF token. */
export class ConsoleClient {
  readonly url: string;
  readonly cookies = new Map<string, string>();
  #csrf = "";
  workspaceId = "";

  constructor(url: string) {
    this.url = url;
  }

  async send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(`${this.url}/console/api${path}`, {
      method,
      headers: {
        ...(this.cookies.size === 0 ? {} : { cookie: this.#cookie() }),
        ...(this.#csrf === "" ? {} : { "x-csrf-token": this.#csrf }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** A call that must succeed; what it answers is the caller's to know. */
  async call<Reply>(method: string, path: string, body?: object): Promise<Reply> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as Reply;
  }

  async setUp(secret: string, change: Record<string, string> = {}): Promise<Response> {
    const response = await this.send("POST", "/setup", { ...owner, secret, ...change });
    if (response.ok) this.#enter((await response.clone().json()) as Session);
    return response;
  }

  async signIn(password = owner.password, email = owner.email): Promise<Response> {
    const response = await this.send("POST", "/auth/sign-in", { email, password });
    if (response.ok) this.#enter((await response.clone().json()) as Session);
    return response;
  }

  #enter({ csrf_token, workspaces }: Session): void {
    this.#csrf = csrf_token;
    this.workspaceId = workspaces[0]!.id;
  }

  #keep(line: string): void {
    const [pair = ""] = line.split(";");
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    if (value === "") this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  #cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}

type Session = { csrf_token: string; workspaces: { id: string }[] };

export const owner = {
  email: "owner@example.test",
  name: "Amal",
  password: "a kettle, a teapot and a tray",
  workspace_name: "Najm",
  locale: "en",
};
