//! The plots of the fables. `grammar` explains the brackets; `Cast::look_up` explains the braces.

use super::animals::Size::{self, Large, Middle, Small};

/// A story in which animals take the roles a, b and c.
pub(super) struct Plot {
    pub title: &'static str,
    /// The size of the animal in each role.
    pub roles: &'static [Size],
    pub sentences: &'static [&'static str],
    pub morals: &'static [&'static str],
}

/// Things, by the name of their list.
pub(super) const LISTS: [(&str, &[&str]); 5] = [
    ("fruit", &["Pears", "Plums", "Cherries", "Figs", "Apples", "Peaches"]),
    ("tool", &["ladder", "lamp", "kettle", "spade", "basket", "rope"]),
    ("treasure", &["bell", "coin", "mirror", "spoon", "ring", "lantern"]),
    ("festival", &["wedding", "harvest feast", "spring fair", "midsummer dance"]),
    ("town", &["the mill", "the harbour", "the castle", "the market", "the vineyard"]),
];

pub(super) const PLOTS: [Plot; 16] = [
    Plot {
        title: "The {a} and the {fruit}",
        roles: &[Middle, Small],
        sentences: &[
            "[One warm autumn day|Late in a dry summer|On the way home from {town}], {an a} [noticed|caught sight of] some fine {fruit} that hung far beyond the top of an old wall.",
            "{he a} jumped [three|four|seven] times, and each time {he a} came down with nothing but dust [in {his a} eyes|on {his a} nose].",
            r#"{an b}, who [sat|was resting] in the shade, began to laugh and said, "[Tell us that they are sour, and go home|You will say now that nobody ought to eat them].""#,
            r#""[They are not sour at all|They are sweet, I am sure of it]," {the a} [answered|replied]; "it is only that the wall is tall and I am short.""#,
            "So {he a} came back [evening after evening|every morning] and carried water to the thirsty roots, [and asked nobody for thanks|while {the b} went on laughing].",
            "[After a few weeks|Before the leaves fell], the {fruit} grew so heavy that the branch bent down to the ground, and {the a} ate as many as {he a} liked.",
            r#"{the b} was [hungry|silent] by then, and asked for a share. "[Help yourself|Take the best of them]," said {the a}, "[but next year you shall carry the water|but do not laugh so early another time].""#,
        ],
        morals: &[
            "What is out of reach today may bend down tomorrow.",
            "Patience is the longest ladder.",
            "Work brings down what jumping cannot.",
        ],
    },
    Plot {
        title: "The {a} and the {b} on the Bridge",
        roles: &[Large, Large, Small],
        sentences: &[
            "{an a} and {an b} met in the middle of a bridge [that was no wider than a plank|so narrow that only one could pass].",
            r#""[Go back|Make way]," said {the a}, "[for I am the older|for I was here first|for I am on my way to {town}].""#,
            r#""[Go back yourself|I never go backwards]," [answered|cried] {the b}, "[for I am the stronger|for my business is pressing].""#,
            "They [argued|quarrelled] until [the sun went down|noon|it began to rain], and neither would move [a single step|an inch].",
            "{an c} [came along|had been listening], walked [between their legs|under their noses], and was on the other side before they had [finished a sentence|taken a breath].",
            "[In their rage|At last] they [pushed each other|lowered their heads and ran], and both fell into the cold water below.",
            r#""[You both kept your place|Now neither of you is in the way]," said {the c} from the bank, "[and you may keep it until you learn to swim|and the bridge has never been so free].""#,
        ],
        morals: &[
            "Those who never give way will go nowhere.",
            "Pride makes every road too narrow.",
            "It is better to lose a step than to lose the day.",
        ],
    },
    Plot {
        title: "The {a} who borrowed a {tool}",
        roles: &[Middle, Middle],
        sentences: &[
            "{an a} [went to the house of|knocked at the door of|called on] {an b} and asked for the loan of a {tool}.",
            r#""[You shall have it back tomorrow|I need it only for an hour]," {he a} said, and {the b}, who was [kind|a good neighbour], gave it to {him a} without a word."#,
            "But tomorrow came and went, and [a week|a month|the whole summer] after it, and the {tool} stayed [in the house of {the a}|where it was].",
            "When {the b} came to ask for it, {the a} [pretended to be asleep|hid behind the door|was always just going out].",
            "In the winter a [storm|flood] broke the roof of {the a}, and {he a} ran [through the snow|through the rain] to {home b} and begged for [a bed|shelter].",
            r#""[Gladly|With pleasure]," said {the b}, "[but to reach my guest room I need a certain {tool}|but I must first find my {tool}, and that may take me the whole summer].""#,
            "{the a} [was ashamed|hung {his a} head], [fetched the {tool}|brought the {tool} back that very hour], and never again kept a thing that was not {his a} own to keep.",
        ],
        morals: &[
            "A borrower who forgets will be remembered.",
            "Return what you borrow while you still need nothing else.",
            "A short memory makes a cold house.",
        ],
    },
    Plot {
        title: "The {a}, the {b}, and the {treasure}",
        roles: &[Middle, Small, Middle],
        sentences: &[
            "{an a} and {an b} [were walking together|were on their way to {town}] when they found a silver {treasure} [in the grass|in the dust of the road].",
            r#""I saw it first," said {the a}. "But I [touched it first|spoke of it first]," said {the b}, and [before long|very soon] they were no longer friends."#,
            "They agreed to [ask|lay the matter before] {an c}, who had [the name of being just|judged many quarrels].",
            r#""[This is a hard case|I must think it over]," said {the c}. "[Leave the {treasure} with me tonight|Let me keep it until the moon is full], so that neither of you may hide it.""#,
            "When they came [in the morning|again], the door was [shut|locked], and {the c} looked out of the window with the {treasure} [round {his c} neck|in {his c} hand].",
            r#""I have found," {he c} [said|called down], "that [both of you are right|you saw it and you touched it]. [But I am the one who has it|So each of you has had a part, and the rest is mine].""#,
            "{the a} and {the b} went home together, [with empty hands|poorer by a {treasure}], but [once more as friends|richer by a lesson].",
        ],
        morals: &[
            "When two quarrel, the judge grows rich.",
            "Share what you find, or a third will find it.",
            "A friend is worth more than a coin in the grass.",
        ],
    },
    Plot {
        title: "The {a} in the Pit",
        roles: &[Large, Small],
        sentences: &[
            "{an a} fell into a pit that hunters had dug, and [called for help|cried out] [until {his a} voice was gone|all night long].",
            "{an b} heard {him a} and [looked over the edge|came running].",
            r#""[Help me out|Bring me a long branch]," {the a} begged, "and I will give you [half of all my {food a}|a bed in my home] for the rest of your days.""#,
            "{the b} [worked until dawn|pulled and pushed with all {his b} might], and rolled [stones|branches] into the pit until {the a} could climb out on them.",
            r#"But {the a} [shook the earth from {his a} back|stretched {himself a}] and said, "[A promise made in a pit stays in the pit|Be glad that I do not step on you]," and walked away."#,
            "[Before the month was over|On the very next evening], {the a} fell into [another pit|a deeper pit] [on the other side of the wood|close to {town}].",
            r#"{the b} [came|looked down] once more. "[I hear the promise quite well|I know this song]," {he b} said, "[but it is still down there with you|and I have heard how it ends].""#,
        ],
        morals: &[
            "A broken promise leaves you where it found you.",
            "Gratitude is a rope for the next time.",
            "Pay for the first help if you may need a second.",
        ],
    },
    Plot {
        title: "The {a} and the Voice in the Well",
        roles: &[Middle, Small],
        sentences: &[
            r#"{an a} leaned over a [deep|dark] well and shouted, "[Who is there?|Who lives in my well?]" and a voice below [asked the same|gave back every word]."#,
            r#""[You are a rude fellow|You mock me]," cried {the a}, and the voice [called {him a} a rude fellow|mocked {him a}], too."#,
            "This went on [from morning until noon|for three days], and {the a} [ate nothing|could not sleep] for anger.",
            r#"{an b}, who [lived close by|came to drink], [listened for a while|shook {his b} head] and said, "[Try a kind word|Say good morning], and see what the stranger does.""#,
            r#"{the a} did so, [though {he a} did not like it|with a sour face], and from the well there came, [clear and gentle|very politely], "[Good morning, my friend|Good morning, and good luck]!""#,
            r#""[What a change|How quickly some people improve]," said {the a}; and {the b} [smiled and said|said], "[It is always like that with strangers|There are many such wells in the world].""#,
        ],
        morals: &[
            "The world answers in the voice with which you call it.",
            "Speak kindly if you wish to hear kind words.",
        ],
    },
    Plot {
        title: "The {a} and the Cold Winter",
        roles: &[Small, Small],
        sentences: &[
            "All through [the summer|the long warm days], {an a} carried {food a} to {home a}, while {an b} [sang in the sun|slept in the grass|danced on the wall].",
            r#""[Why do you work so hard|What are you afraid of]?" asked {the b}. "[The table is laid everywhere|Look, the fields are full].""#,
            r#""[It is laid today|I can see that]," said {the a}, "[but I have met the winter, and you have not|but snow covers every table].""#,
            "When [the first snow fell|the ponds froze], {the b} came to the door, [blue with cold|thin and shivering], and asked for [some {food a}|something to eat].",
            r#"{the a} [thought for a moment|opened the door] and said, "[You may come in|Sit down by the fire], but you must [pay for your supper with songs|teach me to sing].""#,
            "So [the one ate and sang|the one sang while the other shared], and the winter was shorter [for both of them|than it had ever been].",
            "In spring {the b} [was the first in the fields|began to gather on the very first day], and [sang as {he b} worked|{he b} did not sing less for it].",
        ],
        morals: &[
            "Prepare in the sun for the day of the snow.",
            "Work keeps you alive, and a song keeps you warm.",
            "Those who store for two will have company.",
        ],
    },
    Plot {
        title: "The {a} who was praised",
        roles: &[Middle, Middle],
        sentences: &[
            "{an a} had a basket of {food a}, and {an b} wanted it [very much|more than anything].",
            r#""[Dear friend|My lord]," said {the b}, "[I have heard that nobody dances as you do|they say in {town} that your voice is the finest in the land].""#,
            "{the a} [was pleased|blushed], put down the basket, and [danced|sang] [with closed eyes|for a long time].",
            "When {he a} [opened {his a} eyes|had finished], the basket was empty, and {the b} was [wiping {his b} mouth|already far away].",
            r#"[The next day|A week later] {the b} came again and said, "[I have heard even better things of you|They speak of nothing else in {town}].""#,
            r#""[How kind of them|I thank them]," said {the a}, and {he a} sat down upon the basket. "[Tell me everything|Go on]; [I can listen very well from here|I have learned to enjoy praise sitting].""#,
        ],
        morals: &[
            "Praise is sweet, but count your eggs while you listen.",
            "The flatterer looks at your face and at your basket.",
            "Enjoy fair words, and keep your seat.",
        ],
    },
    Plot {
        title: "The {a} and the {b} at the River",
        roles: &[Large, Small, Middle],
        sentences: &[
            r#"{an a} [boasted|told everyone] that {he a} could leap over the river in [a single bound|one jump]. "[I have done it often|I could do it in my sleep]," {he a} said."#,
            "[One day|At the {festival}] {an c} asked {him a} to show it, and [all the animals|a great crowd] came to the bank [to watch|with their children].",
            "{the a} looked at the water, which was [wide and brown|high from the rain], and {his a} heart [grew small|began to beat].",
            r#"{an b} [whispered|said quietly], "[There is no shame in a bridge|Say that you were joking, and we will all go home].""#,
            "But {the a} was [too proud|ashamed] to listen; {he a} ran, leaped, and [fell into the middle of the stream|came down with a great splash].",
            "It was {the b} who [held out a branch|found the shallow place] and [led|guided] {him a} back to the land, [wet to the bones|while the others laughed].",
            r#""[You jumped well|That was a fine jump]," said {the b}; "[only the river was longer than the story|only your words went farther than your legs].""#,
        ],
        morals: &[
            "Never promise with your mouth what your legs must pay.",
            "A boast is a river that must be crossed one day.",
            "It takes courage to go home by the bridge.",
        ],
    },
    Plot {
        title: "The Two Burdens",
        roles: &[Large, Large],
        sentences: &[
            "{an a} and {an b} [served the same master|worked for a miller] and carried his sacks to {town} [every week|in all weather].",
            r#"One [hot morning|steep road] was too much for {the a}. "[Take one of my sacks|Carry a little of my load]," {he a} said, "[or I shall fall|for I am ill today].""#,
            r#""[Each has his own back|Your sacks are not my sacks]," said {the b}, and [went on|walked faster]."#,
            "At the next [hill|bend of the road] {the a} [sank to {his a} knees|lay down in the dust] and could not [rise|go any farther].",
            "Then the [master|miller] took all the sacks and laid them upon {the b}, and [the saddle of {the a}|a bundle of hay] on top of them.",
            r#""[I would not carry one|I refused a part]," {the b} [groaned|thought], "[and now I carry all|and so I have earned the whole].""#,
        ],
        morals: &[
            "Help your neighbour while his load is still small.",
            "The burden that you refuse will find you at the next hill.",
        ],
    },
    Plot {
        title: "The {a} who cried that the {b} was coming",
        roles: &[Small, Large, Middle],
        sentences: &[
            r#"{an a} was tired of being [overlooked|alone], so {he a} ran through the village and cried, "[Save yourselves|Run for your lives]! {The b} is coming!""#,
            "[Everyone dropped everything|Doors were shut and children were hidden], and {the a} [was asked a hundred questions|was the hero of the evening].",
            "But no {b} came, and {the a} [was happy|enjoyed {himself a}] and did the same [three days later|again on Sunday].",
            r#"{an c} took {him a} aside and said, "[A lie is like a coin|You are spending our trust]; [it can be spent only once|soon you will have none left].""#,
            "At the end of the month {the b} did come, [hungry|in a very bad temper], and {the a} ran and cried [louder than ever|until {he a} was hoarse].",
            "[Nobody even looked up from the table|The neighbours only smiled], and {the b} ate [all the winter stores|everything that {the a} had saved].",
            r#""[Why did nobody believe me|Today it was true]!" wept {the a}; and {the c} answered, "[We did, twice|It was also true that we had heard it before].""#,
        ],
        morals: &["A liar needs a new village every month.", "Trust is slow to grow and quick to eat."],
    },
    Plot {
        title: "The {a} and the Moon",
        roles: &[Middle, Small],
        sentences: &[
            "[On a clear night|One night in spring] {an a} saw the moon [lying|shining] in a pond and took it for [a round cheese|a silver plate].",
            r#""[How rich I shall be|This is worth more than all the {food a} in the world]," {he a} thought, and [waded in|reached for it] with both arms."#,
            "The moon [broke into a hundred pieces|danced away from {him a}], and as soon as the water was still it [lay|shone] there as before.",
            "{he a} tried it [until midnight|again and again], and [caught a cold|lost a shoe in the mud].",
            r#"{an b} [looked on|had been woken by the noise] and asked, "[What are you fishing for|Have you lost something], friend?""#,
            r#""[That|The moon]," said {the a}, and {the b} [laughed|pointed upwards]. "[Then you must look higher|It has hung up there the whole time]," {he b} said, "[and be content with looking|and it belongs to you already, as it does to me].""#,
        ],
        morals: &["Some treasures are only for the eyes.", "Before you reach for a thing, look where it is."],
    },
    Plot {
        title: "The {a} in Fine Feathers",
        roles: &[Small, Large, Middle],
        sentences: &[
            "{an a} found a [red|golden|purple] cloak [on the road to {town}|after the {festival}] and put it on.",
            r#"[In the evening|When {he a} came home] {he a} would not [speak to|sit with] {his a} old friends. "[I am somebody now|I am waiting for the court]," {he a} said."#,
            "{he a} went to {home b}, where {an b} was giving a feast, and [was led to the best chair|sat down at the head of the table].",
            "They [talked of wars and of horses|asked for {his a} opinion of the king], and {the a}, who [knew nothing of such things|had never left the village], [answered with a nod|grew hot under the cloak].",
            "Then {an c} [stepped on the hem by chance|opened the window, and the wind came in], the cloak [fell off|flew away], and there sat only {an a}.",
            "[The guests laughed|The hall was silent], and {the a} ran all the way back to {home a}, where {his a} friends [were still at supper|had kept {his a} place].",
            r#""[Sit down|Welcome home]," they said. "[We always knew you best without it|You were never cold among us].""#,
        ],
        morals: &["A cloak can hide you, but it cannot change you.", "Those who love you do not look at your coat."],
    },
    Plot {
        title: "The {a} and the {b} who shared a Boat",
        roles: &[Large, Small],
        sentences: &[
            "{an a} and {an b} [bought|built] a boat together, and each [took|painted] one half of it.",
            "[One evening|Far from the land] {the b} [saw|noticed] that water was [rising|coming in] through a hole in the half of {the a}.",
            r#""[Quick|Come], [bring me a rag and some wax|let us close it]," said {the b}. "[It is my half|The hole is mine]," {the a} answered, "[and I do not ask you to mend it|and I like it as it is].""#,
            r#""[But the sea does not know whose half it is|Your hole will be at my feet soon enough]," said {the b}, and [began to bail with both hands|worked alone until {he b} was faint]."#,
            "[Only when the water touched {his a} chin|When {his a} supper floated away], {the a} [understood|began to help], and together they [brought the boat to the shore|saved it] [at the last moment|with great trouble].",
            "From that day on they [painted the boat in one colour|spoke only of our boat], and [whoever saw a hole mended it|the holes were closed by the one who saw them first].",
        ],
        morals: &[
            "In one boat there is no hole that is yours alone.",
            "Who will not mend together must sink together.",
        ],
    },
    Plot {
        title: "The Old {a} and the Young {b}",
        roles: &[Middle, Middle],
        sentences: &[
            r#"An old {a} warned a young {b} not to [walk on the ice|cross the marsh] [before the frost was a week old|after the thaw]. "[I have seen many winters|I knew one who did]," {he a} said."#,
            r#""[You are slow, and so you are afraid|The old always find a reason to stay at home]," {the b} laughed, and ran [out as far as the island|to the very middle]."#,
            "There the ground [cracked|groaned] under {his b} feet, and {he b} sank [up to {his b} neck|to the shoulders].",
            "The old {a} did not [scold|say a word]; {he a} lay down flat, [crept near|moved forward] inch by inch, and [held out {his a} stick|threw {him b} the end of a rope].",
            r#""How did you know [the way to do that|what to do]?" asked {the b}, [trembling|when {he b} was dry]."#,
            r#""[I told you that I knew one who did it|Somebody did the same for me]," the old {a} answered. "[It was I|I was young as well].""#,
        ],
        morals: &["Good advice has often been wet before.", "The old know the ice because they fell through it."],
    },
    Plot {
        title: "The {a} and the Clever {b}",
        roles: &[Large, Small],
        sentences: &[
            "{an a} caught {an b} [near {home b}|on the path to {town}] and [was about to eat {him b}|meant to have {him b} for breakfast].",
            r#""[Wait|One moment]," said {the b}. "[I am so small that you will be hungry again by noon|One bite is a poor meal for so great a lord]. [But I know where there is|Let me show you] a whole barrel of {food a}.""#,
            r#""[Where|Lead me there]?" asked {the a}, whose mouth was watering. "[In the mill|Behind that fence]," said {the b}, "[but the door is low, and you must put in your head first|but one has to crawl].""#,
            "{the a} [pushed|squeezed] {his a} head through, and [found no barrel but the miller|met two dogs and a broom], and there {he a} [was stuck|sat fast].",
            r#""[You told me a lie|You have deceived me]!" {he a} roared. "[I told you a story|I only opened a door]," {the b} [called back|said from a safe place]; "[it was your hunger that believed it|it was your greed that went in].""#,
            "They say that {the a} [got home after dark|lost some hair that day], and that [since then {he a} has looked behind every barrel|{he a} now eats {his a} breakfast where {he a} finds it].",
        ],
        morals: &[
            "Greed follows every signpost.",
            "A quick wit is better than long teeth.",
            "Keep the small meal that you have.",
        ],
    },
];
