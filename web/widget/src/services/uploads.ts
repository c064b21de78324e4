/** Pictures: checked and, where too large, made smaller before they leave the phone. */

import { asUpload, type Upload } from "@gridcare/protocol";

export const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp"];
const LONGEST_SIDE = 2048;

export class UploadRefused extends Error {
  constructor(readonly reason: "type" | "size" | "server") {
    super(`upload refused: ${reason}`);
  }
}

/** The picture as it may be sent. Throws UploadRefused when it is no picture or stays too large. */
export async function prepare(file: File, most: number): Promise<Blob> {
  if (!PICTURE_TYPES.includes(file.type)) throw new UploadRefused("type");
  if (file.size <= most) return file;
  const smaller = await shrink(file).catch(() => null);
  if (!smaller || smaller.size > most) throw new UploadRefused("size");
  return smaller;
}

async function shrink(file: File): Promise<Blob | null> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
}

/** Throws UploadRefused when the server will not have it, and whatever fetch throws when it cannot be reached. */
export async function upload(server: string, token: string, picture: Blob): Promise<Upload> {
  const body = new FormData();
  body.append("file", picture, "picture");
  const answer = await fetch(new URL("/api/v1/web/uploads", server), {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body,
  });
  if (answer.status === 429 || answer.status >= 500) throw new Error(`upload not possible now: ${answer.status}`);
  const kept = answer.ok ? asUpload(await answer.json()) : null;
  if (!kept) throw new UploadRefused(answer.status === 413 ? "size" : answer.status === 415 ? "type" : "server");
  return kept;
}
