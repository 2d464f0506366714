import type { UploadedFile } from "@diwan/contracts";
import { ApiError, readError } from "../api/api-error.ts";
import { apiPath } from "../api/call.ts";
import { csrfToken } from "../api/csrf.ts";

/**
 * Brings a file to an app, for the inputs of its runs and for forms that they wait for.
 *
 * @throws ApiError
 */
export async function uploadFile(appId: string, file: File): Promise<UploadedFile> {
  const body = new FormData();
  body.append("file", file);
  const response = await fetch(apiPath("POST /console/api/apps/{appId}/files", { appId }), {
    method: "POST",
    headers: { accept: "application/json", "x-csrf-token": csrfToken() },
    credentials: "same-origin",
    body,
  }).catch(() => {
    throw new ApiError({ code: "network", message: "", status: 0, request_id: "" });
  });
  if (!response.ok) throw await readError(response);
  return (await response.json()) as UploadedFile;
}
