// The tour: what each person may try next. say fills an input, go changes the person, move moves the clock.

const say = (zh, { group = false } = {}) => ({ say: zh, side: group ? "group" : "private" });
const go = (role) => ({ go: role });
const move = (to) => ({ move: to });

export const TOUR = {
  elder: {
    zh: "您是老人。用一句话就能订饭：", en: "You are an elder. A sentence is enough to book:",
    chips: [say("明天中午两份，送到家"), say("明天吃什么？"), say("明天不吃了"), say("帮我买点降压药"), go("family")],
  },
  family: {
    zh: "您在外打工，替母亲订饭：", en: "You work far away and book for your mother:",
    chips: [say("帮我妈订后天午饭，软一点，送到家"), say("我妈今天吃了没"), say("我妈订了吗"), go("cook")],
  },
  cook: {
    zh: "您掌勺。到 18:00 截止，厨房单就来：", en: "You cook. At 18:00 booking closes and the kitchen sheet comes:",
    chips: [say("明天多少人吃饭"), say("后天菜单：红烧鱼、炒豆角"), say("我有哪些班"), move("evening"), go("social_worker")],
  },
  social_worker: {
    zh: "您是社工，替没有手机的老人订饭：", en: "You are the social worker and book for elders without a phone:",
    chips: [say("帮覃爷爷订明天中午一份"), say("/visits"), say("/requests"), go("manager")],
  },
  manager: {
    zh: "您管食堂。看看明天早上机器人自己做什么：", en: "You run the canteen. See what the bot does by itself tomorrow:",
    chips: [say("/settings"), say("/roster"), move("morning"), go("volunteer")],
  },
  volunteer: {
    zh: "您是志愿者。来不了班，说一句就有人替：", en: "You are a volunteer. When you cannot do a shift, a sentence finds somebody:",
    chips: [say("我有哪些班"), say("我周五早上来不了，谁能替"), say("哪天缺人"), move("evening"), go("elder")],
  },
};

export const VILLAGER = {
  zh: "您是村民。在群里或私下说一句：", en: "You are a villager. Say it in the group or in private:",
  chips: [say("+1", { group: true }), say("明天中午一份"), go("elder")],
};
