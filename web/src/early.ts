/**
 * Asks for what the first screen shows while the script of that screen is still on its way: on a slow network that is a
 * round trip less. It imports nothing, so that it is there first; `api/client` takes what was asked for.
 */

try {
  const kept = JSON.parse(localStorage.getItem("entrenous.session") ?? "null") as { token?: unknown } | null;
  const token = typeof kept?.token === "string" ? kept.token : null;
  const asked = new Map<string, Promise<Response>>();
  const ask = (path: string, open = false) => {
    const headers: Record<string, string> = { accept: "application/json" };
    if (!open) headers["authorization"] = `Bearer ${token}`;
    const answer = fetch(path, { headers, credentials: "same-origin" });
    // Whoever takes it sees the failure; if nobody does, it is none.
    answer.catch(() => undefined);
    asked.set(path, answer);
  };
  if (token !== null && !new URLSearchParams(location.search).has("sign-in")) {
    if (/^\/(home)?$/.test(location.pathname)) ask("/api/v1/timelines/home?limit=20");
    ask("/api/v1/accounts/verify_credentials");
    ask("/api/v2/instance", true);
    window.entrenousEarly = { token, asked };
  }
} catch {
  // Without storage nobody is signed in.
}
