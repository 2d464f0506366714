import { allFrames, type Frame } from "./event-stream.ts";

type Json = Record<string, unknown>;

/** The service API with one app's key, close to the wire. */
export class V1Client {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = `${url}/v1`;
    this.#key = key;
  }

  /** @param body  Text goes out as it is: numbers keep their literals. */
  send(method: string, path: string, body?: object | string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }

  async get(path: string): Promise<Json> {
    return (await this.send("GET", path)).json() as Promise<Json>;
  }

  async post(path: string, body: object): Promise<Json> {
    return (await this.send("POST", path, body)).json() as Promise<Json>;
  }

  /** @throws with the server's answer when it takes no file. */
  async upload(form: FormData): Promise<Json> {
    const headers = { authorization: `Bearer ${this.#key}` };
    const response = await fetch(`${this.#url}/files/upload`, { method: "POST", headers, body: form });
    if (response.status !== 201) throw new Error(`The upload was refused: ${await response.text()}`);
    return response.json() as Promise<Json>;
  }

  stream(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return this.send("POST", path, { response_mode: "streaming", ...body }, headers);
  }

  async frames(path: string, body: object, headers: Record<string, string> = {}): Promise<Frame[]> {
    return allFrames(await this.stream(path, body, headers));
  }
}
