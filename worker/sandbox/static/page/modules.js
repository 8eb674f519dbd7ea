// WhatsApp Web's module graph, as far as clients look into it: `require`, `importNamespace` and `__d`.

import { BackendEventBus, Cmd, Conn, NetworkStatus, Socket, Stream, account } from './account.js';
import { Collection, Emitter, Model } from './models.js';
import { MsgKey, Wid, asWid } from './ids.js';
import * as history from './history.js';
import * as stores from './stores.js';
import { addAndSendMsgToChat } from './outbox.js';
import { receipts } from './inbox.js';

export const VERSION = '2.3000.1045000000';
const DEFAULT_ONLY = Symbol('default only');
const defaultOnly = (value) => ({ [DEFAULT_ONLY]: true, value });
const names = (text) => Object.fromEntries(text.split(' ').map((name) => [name, name]));
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
const encodeB64 = (x) => btoa(typeof x === 'string' ? x : String.fromCharCode(...new Uint8Array(x)));
const keyPair = (name) => ({ pubKey: bytes(account.keys[name]) });
const ifLinked = (name) => () => (account.linked ? account[name] : undefined);
const orThrow = (name) => () => {
  if (!account[name]) throw new Error('not linked');
  return account[name];
};
const now = () => Math.floor(Date.now() / 1000);
const links = (text) =>
  [...String(text || '').matchAll(/https?:\/\/\S+/g)].map(([url]) => ({ href: url, url, suspiciousCharacters: new Set() }));
const emptyTable = { bulkUpsert: async () => {} };

const linkDeviceEvents = new Emitter();
linkDeviceEvents.triggerRefreshAltLinkingCode = function refresh() {
  this.trigger('link_device_events:refresh_alt_linking_code');
};

const connection = () => ({
  WAWebCmd: { Cmd, CmdImpl: Emitter },
  WAWebStreamModel: { Stream, StreamImpl: Model },
  WAWebSocketModel: { Socket, SocketImpl: Model },
  WAWebConnModel: { Conn, ConnImpl: Model },
  WAWebNetworkStatus: defaultOnly(NetworkStatus),
  WAWebBackendEventBus: { BackendEventBus, BackendEvent: {} },
  WAWebSocketConstants: {
    SOCKET_STATE: names(
      'OPENING PAIRING UNPAIRED UNPAIRED_IDLE CONNECTED TIMEOUT CONFLICT UNLAUNCHED PROXYBLOCK TOS_BLOCK SMB_TOS_BLOCK DEPRECATED_VERSION',
    ),
    SOCKET_STREAM: names('DISCONNECTED SYNCING RESUMING CONNECTED'),
    WATCHED_SOCKET_STATE: {},
  },
  WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => 100 } },
  WAWebBuildConstants: { SANITIZED_VERSION_STR: VERSION, VERSION_STR: VERSION },
  WAWebOfficial: { isOfficialClient: true },
  WAWebMiscBrowserUtils: { info: () => ({ os: 'Linux', name: 'Chrome' }) },
  WAWebHistorySyncProgressModel: {
    getHistorySyncProgressModel: () => new Model({ realProgress: 100, remainingPausedSeconds: 0 }),
  },
});

const identity = (linking) => ({
  WAWebUserPrefsMeUser: {
    getMaybeMePnUser: ifLinked('me'), getMaybeMeUser: ifLinked('me'), getMaybeMeLidUser: ifLinked('lid'),
    getMaybeMeDevicePn: ifLinked('me'), getMePnUserOrThrow: orThrow('me'), getMeLidUserOrThrow: orThrow('lid'),
    getMe: ifLinked('me'),
  },
  WAWebUserPrefsMultiDevice: { getADVSecretKey: () => account.keys.secret, setADVSignedIdentity() {} },
  WAWebUserPrefsInfoStore: { waNoiseInfo: { get: async () => ({ staticKeyPair: keyPair('noise') }) } },
  WAWebSignalStoreApi: {
    waSignalStore: { getRegistrationInfo: async () => ({ identityKeyPair: keyPair('identity') }) },
  },
  WABase64: { encodeB64, decodeB64: bytes },
  WAWebCompanionRegClientUtils: { DEVICE_PLATFORM: '1' },
  WAWebAdvSignatureApi: {},
  WAWebAltDeviceLinkingApi: {
    setPairingType() {}, initializeAltDeviceLinking: async () => {}, initializeQRLinking: async () => {},
    startAltLinkingFlow: linking.pairingCode, genLinkDeviceCodeForPhoneNumber: linking.pairingCode,
  },
  WAWebLinkDeviceEvents: { WAWebLinkDeviceEvents: linkDeviceEvents },
  WAWebLogin: { isLoggedIn: () => account.linked },
  WAWebReg: { isRegistered: () => account.linked },
  WAWebLogoutReason: { getErrorCodeFromLogoutReason: () => 0 },
});

const ids = () => ({
  WAWebWid: defaultOnly(Wid),
  WAWebWidFactory: {
    createWid: (text) => new Wid(text), isWidlike: (x) => x instanceof Wid, createWidFromWidLike: asWid, asUserWidOrThrow: asWid,
    createUserWidOrThrow: (user, server) => new Wid(user.includes('@') ? user : `${user}@${server}`),
  },
  WAWebMsgKey: defaultOnly(MsgKey),
  WAWebLid1X1MigrationGating: { Lid1X1MigrationUtils: { isLidMigrated: () => true } },
  WAWebLidMigrationUtils: { toPn: history.contactApi.getPhoneNumber, toLid: history.contactApi.getCurrentLid },
  WAWebLidPnCache: { lidPnCache: stores.lidPnCache },
  WAWebApiContact: history.contactApi,
});

const models = () => ({
  WAWebBackboneModel: { BaseModel: Model, defineModel: (cls) => cls },
  WAWebBaseCollection: { BaseCollection: Collection },
  WAWebMsgModel: { MsgModel: stores.MsgModel, Msg: stores.MsgModel },
  WAWebChatModel: { ChatModel: stores.ChatModel, Chat: stores.ChatModel },
  WAWebContactModel: { ContactModel: stores.ContactModel, Contact: stores.ContactModel },
  WAWebMsgCollection: { MsgCollection: stores.MsgCollection, MsgCollectionImpl: stores.MsgCollectionImpl },
  WAWebChatCollection: { ChatCollection: stores.ChatCollection, ChatCollectionImpl: stores.ChatCollectionImpl },
  WAWebContactCollection: {
    ContactCollection: stores.ContactCollection, ContactCollectionImpl: stores.ContactCollectionImpl,
  },
  WAWebNewsletterCollection: defaultOnly(stores.NewsletterCollection),
  WAWebGroupMetadataCollection: defaultOnly(stores.GroupMetadataCollection),
  WAWebCallCollection: defaultOnly(stores.CallCollection),
  WAWebStatusV3Collection: {
    StatusV3Collection: stores.StatusV3Collection, StatusV3CollectionImpl: stores.StatusV3CollectionImpl,
  },
  WAWebBlocklistCollection: { BlocklistCollection: stores.BlocklistCollection },
  WAWebPresenceCollection: { PresenceCollection: stores.PresenceCollection },
  WAWebProfilePicThumbCollection: {
    ProfilePicThumbCollection: stores.ProfilePicThumbCollection, ProfilePicThumbCollectionImpl: Collection,
  },
  WAWebCollections: {
    Msg: stores.MsgCollection, Chat: stores.ChatCollection, Contact: stores.ContactCollection,
    Presence: stores.PresenceCollection, ProfilePicThumb: stores.ProfilePicThumbCollection,
    GroupMetadata: stores.GroupMetadataCollection,
  },
});

const messaging = () => ({
  WAWebAck: {
    ACK: { CLOCK: 0, SENT: 1, RECEIVED: 2, READ: 3, PLAYED: 4, FAILED: -1 }, EDIT_ATTR: {},
    ACK_STRING: { SENDER: 'sender' },
  },
  WAWebFindChatAction: { findOrCreateLatestChat: history.findOrCreateLatestChat },
  WAWebSendMsgChatAction: { addAndSendMsgToChat },
  WAWebUpdateUnreadChatAction: { sendSeen: history.sendSeen, markUnread: history.markUnread },
  WAWebChatPresence: history.chatPresence,
  WAWebMsgFind: history.messageSearch,
  WAWebChatMessageSearch: { getSearchContext: history.getSearchContext },
  WAWebQueryExistsJob: { queryWidExists: history.queryWidExists, queryPhoneExists: history.queryWidExists },
  WAWebHandleMsgReceipts: receipts,
  WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields: () => ({}) },
  WATimeUtils: { unixTime: now, unixTimeMs: () => Date.now() },
  WAWebChatGetters: {
    getIsNewsletter: (chat) => chat.id.isNewsletter(), getIsBroadcast: (chat) => chat.id.isBroadcast(),
    getIsGroup: (chat) => chat.id.isGroup(),
  },
  WALinkify: {
    findLink: (text) => links(text)[0], findLinks: links, findFirstWebLink: (text) => links(text)[0]?.href,
  },
  WAWebMsgReply: { canReplyMsg: () => true },
  WAWebQuotedMsg: { getQuotedMsgObj: stores.quotedMessage },
  WAWebSyncGatingUtils: { isPlaceholderMessageResendEnabled: () => false },
  WAWebAddonReactionTableMode: { reactionTableMode: emptyTable },
  WAWebAddonPollVoteTableMode: { pollVoteTableMode: emptyTable },
  WAWebLinkPreviewChatAction: { getLinkPreview: async () => null },
});

// What a release of WhatsApp does to clients, which know modules by their names or by what they export.
const RENAMED = { sending: /^WAWebSendMsg/, everything: /^WAWeb/ };

function named(table, what) {
  const renamed = ([name, value]) => [`renamed_${name}`, value];
  const rename = ([id, exported]) => (RENAMED[what].test(id)
    ? renamed([id, Object.fromEntries(Object.entries(exported).map(renamed))]) : [id, exported]);
  return RENAMED[what] ? Object.fromEntries(Object.entries(table).map(rename)) : table;
}

export function exposeModules(linking, renamed) {
  const table = named({ ...connection(), ...identity(linking), ...ids(), ...models(), ...messaging() }, renamed);
  const modulesMap = Object.fromEntries(Object.keys(table).map((id) => [id, { factory: () => table[id] }]));
  const found = (id) => {
    if (!Object.hasOwn(table, id)) throw new Error(`Requiring unknown module "${id}"`);
    return table[id];
  };
  const namespaces = new Map();
  window.ErrorGuard = { skipGuardGlobal() {} };
  window.Debug = { VERSION };
  window.importNamespace = (id) => {
    const exported = found(id);
    if (!exported[DEFAULT_ONLY]) return exported;
    if (!namespaces.has(id)) namespaces.set(id, { default: exported.value });
    return namespaces.get(id);
  };
  window.require = (id) => {
    if (id === '__debug') return { modulesMap };
    const exported = found(id);
    return exported[DEFAULT_ONLY] ? exported.value : exported;
  };
  window.__d = () => {};
}
