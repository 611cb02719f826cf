import { ApiError } from "$/api/client";
import * as api from "$/api/push";
import type { WebPushSubscription } from "$/api/types";
import { setLang, t } from "$/i18n/index.svelte";
import { node } from "$/state/node.svelte";
import { dismiss, toasts } from "$/state/toasts.svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Device, keyBytes } from "./device.svelte";

const KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const ENDPOINT = "https://push.example/send/1";

let subscription: {
  endpoint: string;
  options: object;
  unsubscribe: () => Promise<boolean>;
  toJSON: () => object;
} | null;
const said = () => toasts.all.map((one) => one.text);

function make(key: Uint8Array<ArrayBuffer>) {
  return {
    endpoint: ENDPOINT,
    options: { applicationServerKey: key.buffer },
    unsubscribe: vi.fn(() => {
      subscription = null;
      return Promise.resolve(true);
    }),
    toJSON: () => ({ endpoint: ENDPOINT, keys: { p256dh: "a", auth: "b" } }),
  };
}

const manager = {
  getSubscription: () => Promise.resolve(subscription),
  subscribe: vi.fn((options: { applicationServerKey: Uint8Array<ArrayBuffer> }) => {
    subscription = make(options.applicationServerKey);
    return Promise.resolve(subscription);
  }),
};

function browser(permission: NotificationPermission, answer: NotificationPermission = permission) {
  vi.stubGlobal("PushManager", class {});
  vi.stubGlobal("Notification", { permission, requestPermission: () => Promise.resolve(answer) });
  vi.stubGlobal("navigator", {
    ...navigator,
    serviceWorker: { getRegistration: () => Promise.resolve({ pushManager: manager }) },
  });
}

const nodeWith = (public_key: string) =>
  vi.spyOn(node, "instance", "get").mockReturnValue({
    configuration: { vapid: { public_key } },
  } as unknown as typeof node.instance);

beforeEach(async () => {
  subscription = null;
  for (const one of toasts.all) dismiss(one.id);
  await setLang("en");
  nodeWith(KEY);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("the node's key is read as bytes", () => {
  const bytes = keyBytes(KEY);
  expect([bytes.length, bytes[0], bytes[64]]).toEqual([65, 4, 14]);
});

test("what stands in the way is told", async () => {
  vi.spyOn(api, "current").mockRejectedValue(new ApiError(404, "Record not found"));
  const device = new Device();
  await device.read();
  expect(device.obstacle).toBe("unsupported");
  browser("denied");
  await device.read();
  expect(device.obstacle).toBe("denied");
  nodeWith("");
  await device.read();
  expect(device.obstacle).toBe("closed");
  nodeWith(KEY);
  browser("default");
  await device.read();
  expect([device.obstacle, device.on, device.busy]).toEqual([null, false, false]);
});

test("it is switched on and off", async () => {
  browser("default", "granted");
  const subscribe = vi
    .spyOn(api, "subscribe")
    .mockResolvedValue({ endpoint: ENDPOINT } as WebPushSubscription);
  const unsubscribe = vi.spyOn(api, "unsubscribe").mockResolvedValue({});
  vi.spyOn(api, "current").mockResolvedValue({ endpoint: ENDPOINT } as WebPushSubscription);
  const device = new Device();
  await device.read();
  await device.turn(true);
  expect(device.on).toBe(true);
  expect(subscribe.mock.calls[0]?.[0]).toEqual({ endpoint: ENDPOINT, keys: { p256dh: "a", auth: "b" } });
  await device.read();
  expect(device.on, "the node and the browser know it").toBe(true);
  await device.turn(false);
  expect([device.on, subscription, unsubscribe.mock.calls.length]).toEqual([false, null, 1]);
  expect(said()).toEqual([t("settings.deviceOn"), t("settings.deviceOff")]);
});

test("a refusal leaves nothing behind", async () => {
  browser("default", "denied");
  vi.spyOn(api, "current").mockRejectedValue(new ApiError(404, "Record not found"));
  const device = new Device();
  await device.read();
  await device.turn(true);
  expect([device.on, device.obstacle]).toEqual([false, "denied"]);
  browser("default", "granted");
  await device.read();
  vi.spyOn(api, "subscribe").mockRejectedValue(new ApiError(422, "not allowed"));
  await device.turn(true);
  expect([device.on, subscription]).toEqual([false, null]);
  expect(said()).toEqual([t("settings.deviceRefused")]);
});
