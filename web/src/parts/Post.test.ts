import { ApiError } from "$/api/client";
import { loadTexts, setLang, t } from "$/i18n/index.svelte";
import { closeComposer, compose } from "$/state/compose.svelte";
import { forgetEntities, putStatus } from "$/state/entities.svelte";
import { router } from "$/state/router.svelte";
import { setMe } from "$/state/session.svelte";
import { group } from "$/test/groups";
import { guest, match, person, post } from "$/test/make";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import Post from "./Post.svelte";

const api = vi.hoisted(() => ({
  act: vi.fn(),
  vote: vi.fn(),
  remove: vi.fn(),
  deliveries: vi.fn(),
  poll: vi.fn(),
  revokeQuote: vi.fn(),
}));
const reports = vi.hoisted(() => ({ removePost: vi.fn() }));
vi.mock("$/api/statuses", () => api);
vi.mock("$/api/reports", () => reports);

const menu = async (name: string) => {
  await fireEvent.click(screen.getByRole("button", { name: "More for this post" }));
  return screen.getByRole("menuitem", { name, hidden: true });
};

const TAKE_DOWN = "Remove as a moderator";

/** The viewer is a chunk of its own: loading it takes what it takes. */
const LOADED = { timeout: 15_000 };

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  await setLang("en");
  setMe({ ...person("1"), source: {}, role: { name: "member" } } as never);
  for (const one of Object.values(api)) one.mockReset();
  reports.removePost.mockReset();
});
afterEach(() => {
  closeComposer();
  forgetEntities();
});

describe("what one sees", () => {
  test("who, from where, for whom, and what", () => {
    putStatus(
      post(1, { account: guest("2"), language: "fr", visibility: "private", content: "<p>Bonjour</p>" }),
    );
    render(Post, { id: "1" });
    const article = screen.getByRole("article", { name: /Person 2, .*: Bonjour/ });
    expect(article.dataset["post"]).toBe("1");
    expect(article.tabIndex).toBe(0);
    expect(within(article).getByText("Lyon")).toBeTruthy();
    expect(within(article).getByText("For followers only")).toBeTruthy();
    expect(within(article).getByText("Bonjour").closest("[lang]")?.getAttribute("lang")).toBe("fr");
  });

  test("a boost shows the post and who brought it", () => {
    putStatus(post(2, { account: person("3"), reblog: post(1, { account: guest("2") }) }));
    render(Post, { id: "2" });
    expect(screen.getByRole("article").dataset["post"]).toBe("1");
    expect(screen.getByText("Person 3 boosted")).toBeTruthy();
  });

  test("what is in a group says so, leads there, and stays there", () => {
    const mine = post("g1", { visibility: "private", group: group("7", { display_name: "Bora" }) });
    putStatus(mine);
    const { unmount } = render(Post, { id: "g1" });
    expect(screen.getByRole("link", { name: "In the group Bora" }).getAttribute("href")).toBe("/g/7");
    expect(screen.getByText("For the members of the group Bora")).toBeTruthy();
    const boost = screen.getByRole<HTMLButtonElement>("button", { name: "What is in a group stays in it" });
    expect(boost.disabled).toBe(true);
    unmount();
    render(Post, { id: "g1", within: "7" });
    expect(screen.queryByRole("link", { name: "In the group Bora" })).toBeNull();
  });

  test("a quote shows the quoted post, or why it does not", () => {
    const quoted = post(1, { account: guest("2"), content: "<p>the origin</p>" });
    putStatus(post(3, { quote: { state: "accepted", quoted_status: quoted } }));
    const { unmount } = render(Post, { id: "3" });
    const figure = screen.getByRole("figure", { name: "Quoted: Person 2" });
    expect(within(figure).getByText("the origin")).toBeTruthy();
    expect(within(figure).getByText("Lyon")).toBeTruthy();
    unmount();
    for (const [state, words] of [
      ["pending", /when its author lets it/],
      ["revoked", /has taken it out/],
      ["unauthorized", /not for you/],
      ["blocked_account", /You block/],
      ["blocked_domain", /You hide the organisation/],
      ["something else", /not for you/],
    ] as const) {
      // What one blocks comes with the post, and is not shown.
      putStatus(post(3, { quote: { state: state as never, quoted_status: quoted } }));
      const shown = render(Post, { id: "3" });
      expect(screen.getByText(words)).toBeTruthy();
      expect(screen.queryByText("the origin")).toBeNull();
      shown.unmount();
    }
  });

  test("a filter hides the quoted post alone", () => {
    const quoted = post(1, { content: "<p>the origin</p>", filtered: [match("x", "hide")] });
    putStatus(post(3, { content: "<p>look</p>", quote: { state: "accepted", quoted_status: quoted } }));
    render(Post, { id: "3", where: "home" });
    expect(screen.getByText("look")).toBeTruthy();
    expect(screen.getByText(/filters hides the quoted post/)).toBeTruthy();
    expect(screen.queryByText("the origin")).toBeNull();
  });

  test("an answer says to whom", () => {
    putStatus(post(1, { account: person("5") }));
    putStatus(post(2, { account: person("3"), in_reply_to_id: "1", in_reply_to_account_id: "5" }));
    render(Post, { id: "2" });
    expect(screen.getByText("In answer to Person 5").getAttribute("href")).toBe("/@p5/1");
  });

  test("a warning hides the text until one wants it", async () => {
    putStatus(post("w1", { spoiler_text: "Heights", content: "<p>far below</p>" }));
    render(Post, { id: "w1" });
    expect(screen.queryByText("far below")).toBeNull();
    expect(screen.getByRole("article", { name: /Heights$/ })).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Show" }));
    expect(screen.getByText("far below")).toBeTruthy();
  });

  test("files: covered, described, or told to be missing", { timeout: 20_000 }, async () => {
    const file = { preview_url: null, remote_url: null, blurhash: null, meta: null };
    putStatus(
      post("m1", {
        sensitive: true,
        media_attachments: [
          { ...file, id: "1", type: "image", url: "/media/1", description: "A bridge" },
          { ...file, id: "2", type: "unknown", url: null, description: null },
          {
            ...file,
            id: "3",
            type: "unknown",
            url: "/media/3",
            description: "Plan",
            mime_type: "application/pdf",
          },
        ],
      }),
    );
    render(Post, { id: "m1" });
    expect(screen.queryByText("This file could not be fetched")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: /Show the media/ }));
    expect(screen.getByText("This file could not be fetched")).toBeTruthy();
    expect(screen.getByRole("link", { name: /Plan.*Download · PDF/s }).getAttribute("href")).toBe("/media/3");
    await fireEvent.click(screen.getByRole("button", { name: "Open: A bridge" }));
    expect(await screen.findByRole("img", { name: "A bridge", hidden: true }, LOADED)).toBeTruthy();
  });

  test("a film has its picture, its length and its words before it is loaded", () => {
    const file = { remote_url: null, blurhash: null };
    const meta = (duration: number) => ({ original: { width: 1280, height: 720, aspect: 16 / 9, duration } });
    putStatus(
      post("v1", {
        media_attachments: [
          {
            ...file,
            id: "1",
            type: "video",
            url: "/media/1",
            preview_url: "/media/1/small",
            description: "A walk",
            meta: meta(65.4),
          },
          {
            ...file,
            id: "2",
            type: "video",
            url: "/media/2",
            preview_url: null,
            description: null,
            meta: meta(3_605),
          },
        ],
      }),
    );
    const { container } = render(Post, { id: "v1" });
    const [one, two] = container.querySelectorAll("video");
    expect([one?.getAttribute("poster"), one?.getAttribute("preload")]).toEqual(["/media/1/small", "none"]);
    expect(two?.hasAttribute("poster")).toBe(false);
    expect(screen.getByText("Length: 1:05")).toBeTruthy();
    expect(screen.getByText("Length: 1:00:05")).toBeTruthy();
    expect(screen.getByText("A walk")).toBeTruthy();
  });

  test("nothing of an unknown post", () => {
    render(Post, { id: "nope" });
    expect(screen.queryByRole("article")).toBeNull();
  });
});

describe("what one filters", () => {
  test("waits behind one line that names the filter, until one wants it", async () => {
    putStatus(post("f1", { account: guest("2"), content: "<p>Goal!</p>", filtered: [match("1", "warn")] }));
    render(Post, { id: "f1", where: "home" });
    const line = screen.getByRole("article", { name: "Filtered: Filter 1" });
    expect(line.dataset["post"]).toBe("f1");
    expect(screen.queryByText("Goal!")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "Show anyway" }));
    expect(screen.getByText("Goal!")).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole("article"));
    expect(screen.getByText(/Filtered: Filter 1/)).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Hide again" }));
    expect(screen.queryByText("Goal!")).toBeNull();
    // The line has the focus again; Enter on it shows the post.
    await fireEvent.keyDown(screen.getByRole("article"), { key: "Enter" });
    expect(screen.getByText("Goal!")).toBeTruthy();
  });

  test("is shown where the filter does not apply, and when one goes to it", () => {
    const filtered = [match("1", "warn", ["home"]), match("2", "hide", ["account"])];
    putStatus(post("f2", { account: guest("2"), content: "<p>Goal!</p>", filtered }));
    const { unmount } = render(Post, { id: "f2", where: "public" });
    expect(screen.getByText("Goal!")).toBeTruthy();
    unmount();
    const hidden = render(Post, { id: "f2", where: "account" });
    expect(screen.queryByRole("article")).toBeNull();
    hidden.unmount();
    render(Post, { id: "f2", where: "account", large: true });
    expect(screen.getByText("Goal!")).toBeTruthy();
  });

  test("media are covered, and nothing else", async () => {
    const file = { preview_url: null, remote_url: null, blurhash: null, meta: null };
    putStatus(
      post("f3", {
        account: guest("2"),
        content: "<p>Goal!</p>",
        filtered: [match("1", "blur")],
        media_attachments: [{ ...file, id: "2", type: "unknown", url: null, description: null }],
      }),
    );
    render(Post, { id: "f3", where: "home" });
    expect(screen.getByText("Goal!")).toBeTruthy();
    expect(screen.queryByText("This file could not be fetched")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: /covered by your filter: Filter 1/ }));
    expect(screen.getByText("This file could not be fetched")).toBeTruthy();
  });
});

describe("what one does", () => {
  test("favourite and boost show at once; a private post of others is not boosted", async () => {
    api.act.mockReturnValue(new Promise(() => {}));
    putStatus(post(1, { account: guest("2"), visibility: "private" }));
    render(Post, { id: "1" });
    const favourite = screen.getByRole("button", { name: "Favourite" });
    await fireEvent.click(favourite);
    expect(favourite.getAttribute("aria-pressed")).toBe("true");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: /Only public posts/ }).disabled).toBe(true);
  });

  test("answering opens the composer", async () => {
    putStatus(post(1));
    render(Post, { id: "1" });
    await fireEvent.click(screen.getByRole("button", { name: "Answer" }));
    expect(compose.request?.replyTo?.id).toBe("1");
  });

  test("a click on the card opens it, on what is in it does not", async () => {
    putStatus(post(8, { account: guest("2"), content: "<p>Hello</p>" }));
    render(Post, { id: "8" });
    api.act.mockReturnValue(new Promise(() => {}));
    await fireEvent.click(screen.getByRole("button", { name: "Bookmark" }));
    expect(router.path).not.toContain("/8");
    await fireEvent.click(screen.getByText("Hello"));
    expect(router.path).toBe("/@p2@lyon.example/8");
  });

  test("deleting asks first, and stays when the node refuses", async () => {
    putStatus(post(1));
    render(Post, { id: "1" });
    await fireEvent.click(await menu("Delete"));
    expect(api.remove).not.toHaveBeenCalled();
    api.remove.mockRejectedValueOnce(new Error("no")).mockResolvedValue(post(1));
    const yes = () =>
      within(screen.getByRole("dialog", { hidden: true })).getByRole("button", {
        name: "Delete",
        hidden: true,
      });
    await fireEvent.click(yes());
    await waitFor(() => expect(yes().getAttribute("aria-busy")).toBeNull());
    expect(screen.getByRole("article", { hidden: true })).toBeTruthy();
    await fireEvent.click(yes());
    await waitFor(() => expect(screen.queryByRole("article", { hidden: true })).toBeNull());
  });

  test("writing anew brings the text back", async () => {
    putStatus(post(1, { content: "<p>shown</p>" }));
    render(Post, { id: "1" });
    await fireEvent.click(await menu("Delete and write anew"));
    api.remove.mockResolvedValue({ ...post(1), text: "as typed" });
    await fireEvent.click(
      within(screen.getByRole("dialog", { hidden: true })).getByRole("button", {
        name: /write anew/,
        hidden: true,
      }),
    );
    await waitFor(() => expect(compose.request?.redraft?.text).toBe("as typed"));
  });

  test("what is written anew stays in its group", async () => {
    putStatus(post(1, { group: group("7") }));
    render(Post, { id: "1" });
    await fireEvent.click(await menu("Delete and write anew"));
    api.remove.mockResolvedValue({ ...post(1), group: null, text: "as typed" });
    await fireEvent.click(
      within(screen.getByRole("dialog", { hidden: true })).getByRole("button", {
        name: /write anew/,
        hidden: true,
      }),
    );
    await waitFor(() => expect(compose.request?.redraft?.group?.id).toBe("7"));
  });

  test("one sees which organisations one's post reached", async () => {
    api.deliveries.mockResolvedValue([
      { name: "Lyon", authority: "lyon.example", state: "delivered" },
      { name: "Oslo", authority: "oslo.example", state: "waiting" },
    ]);
    putStatus(post(1));
    render(Post, { id: "1" });
    await fireEvent.click(await menu("Where this post went"));
    expect(await screen.findByText("Reached 1 of 2 organisations")).toBeTruthy();
    expect(screen.getByText("On its way")).toBeTruthy();
  });

  test("others' posts are not deleted, one's own author is not muted", async () => {
    putStatus(post(1, { account: guest("2") }));
    render(Post, { id: "1" });
    await menu("Mute Person 2");
    expect(screen.queryByRole("menuitem", { name: "Delete", hidden: true })).toBeNull();
    expect(screen.queryByRole("menuitem", { name: TAKE_DOWN, hidden: true })).toBeNull();
  });
});

describe("those who moderate", () => {
  beforeEach(async () => {
    await loadTexts("peers");
    setMe({ ...person("1"), source: {}, role: { name: "moderator" } } as never);
  });
  const ask = async (article: HTMLElement) => {
    await fireEvent.click(within(article).getByRole("button", { name: "More for this post" }));
    await fireEvent.click(screen.getByRole("menuitem", { name: TAKE_DOWN, hidden: true }));
    return screen.findByLabelText<HTMLTextAreaElement>(t("reports.removeReason"), {}, LOADED);
  };
  const yes = () => screen.getByRole("button", { name: t("reports.removeDo"), hidden: true });
  const articles = () => screen.queryAllByRole("article", { hidden: true });

  test("remove a post of somebody else; a refusal keeps the reason", { timeout: 20_000 }, async () => {
    putStatus(post(2, { account: guest("2"), content: "<p>mean</p>" }));
    putStatus(post(1, { account: guest("3") }));
    render(Post, { id: "2" });
    render(Post, { id: "1" });
    const reason = await ask(articles()[0]!);
    expect(screen.getByText(t("reports.removeElsewhere", { organisation: "Lyon" }))).toBeTruthy();
    expect(document.activeElement).toBe(reason);
    await fireEvent.input(reason, { target: { value: " rude " } });
    reports.removePost.mockRejectedValueOnce(new ApiError(403, "Theirs is a higher role"));
    await fireEvent.click(yes());
    const said = await screen.findByRole("alert", { hidden: true });
    expect(said.textContent).toBe("Theirs is a higher role");
    expect(reason.value).toBe(" rude ");
    expect(articles()).toHaveLength(2);
    await waitFor(() => expect(yes().getAttribute("aria-busy")).toBeNull());
    reports.removePost.mockResolvedValue({});
    await fireEvent.click(yes());
    await waitFor(() => expect(articles()).toHaveLength(1));
    expect(reports.removePost.mock.calls).toEqual([
      ["2", "rude"],
      ["2", "rude"],
    ]);
    expect(screen.queryByRole("dialog", { hidden: true })).toBeNull();
    // Where the post was, and not the top of the page.
    await waitFor(() => expect((document.activeElement as HTMLElement).dataset["post"]).toBe("1"));
  });

  test("see one that was gone already go, and its boosts with it", { timeout: 20_000 }, async () => {
    putStatus(post(5, { account: person("4"), reblog: post(2, { account: person("2") }) }));
    render(Post, { id: "5" });
    reports.removePost.mockRejectedValue(new ApiError(404, "Record not found"));
    await ask(articles()[0]!);
    expect(screen.getByText(t("reports.removeHere"))).toBeTruthy();
    await fireEvent.click(yes());
    await waitFor(() => expect(articles()).toHaveLength(0));
    expect(reports.removePost).toHaveBeenCalledWith("2", "");
  });

  test("delete their own as everyone does", async () => {
    putStatus(post(1));
    render(Post, { id: "1" });
    await menu("Delete");
    expect(screen.queryByRole("menuitem", { name: TAKE_DOWN, hidden: true })).toBeNull();
  });
});

describe("a poll", () => {
  const poll = {
    id: "9",
    expires_at: "2099-01-01T00:00:00Z",
    expired: false,
    multiple: false,
    votes_count: 4,
    voters_count: null,
    voted: false,
    own_votes: [],
    options: [
      { title: "Tea", votes_count: 3 },
      { title: "Coffee", votes_count: 1 },
    ],
  };

  test("is voted in, and then shows what came out with one's own vote", async () => {
    api.vote.mockReturnValue(new Promise(() => {}));
    putStatus(post(1, { account: guest("2"), poll }));
    render(Post, { id: "1" });
    const vote = screen.getByRole<HTMLButtonElement>("button", { name: "Vote" });
    expect(vote.disabled).toBe(true);
    await fireEvent.click(screen.getByRole("radio", { name: "Coffee" }));
    await fireEvent.click(vote);
    expect(api.vote).toHaveBeenCalledWith("9", [1]);
    expect(screen.getByText("60 %")).toBeTruthy();
    expect(screen.getByText("Your vote")).toBeTruthy();
  });

  test("shows results to who asks, and none while they are hidden", async () => {
    putStatus(post(1, { account: guest("2"), poll }));
    const { unmount } = render(Post, { id: "1" });
    await fireEvent.click(screen.getByRole("button", { name: "Show results" }));
    expect(screen.getByText("75 %")).toBeTruthy();
    unmount();
    const hidden = {
      ...poll,
      voted: true,
      options: poll.options.map((one) => ({ ...one, votes_count: null })),
    };
    putStatus(post(2, { account: guest("2"), poll: hidden }));
    render(Post, { id: "2" });
    expect(screen.queryByText(/%/)).toBeNull();
    expect(screen.getByText("Results are shown when the poll is closed")).toBeTruthy();
  });

  test("that is over, or one's own, is only read", () => {
    putStatus(post(1, { account: guest("2"), poll: { ...poll, expires_at: "2020-01-01T00:00:00Z" } }));
    putStatus(post(2, { poll }));
    render(Post, { id: "1" });
    render(Post, { id: "2" });
    expect(screen.queryByRole("radio")).toBeNull();
  });
});
