export { packageModules } from './package-modules.browser.js';

/** Fetches and compiles the WebAssembly module at `url`. */
export async function compileAsset(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${url.href}: HTTP status ${response.status}`);
  // compileStreaming insists on the MIME type application/wasm, which many a server does not know.
  const type = response.headers.get('content-type') ?? '';
  if (/^application\/wasm\s*$/i.test(type)) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
