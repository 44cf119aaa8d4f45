//! The kinds of reports. `grammar` explains the brackets; `Values::look_up` explains the braces.

/// A sentence, and questions about it, each with the key whose value is the answer.
pub(super) struct Sentence {
    pub text: &'static str,
    pub questions: &'static [(&'static str, &'static str)],
}

/// A kind of report. The first sentence is always there.
pub(super) struct Kind {
    pub title: &'static str,
    pub sentences: &'static [Sentence],
}

const fn says(text: &'static str, questions: &'static [(&'static str, &'static str)]) -> Sentence {
    Sentence { text, questions }
}

pub(super) const KINDS: [Kind; 10] = [
    Kind {
        title: "Bridges",
        sentences: &[
            says(
                "[The bridge over the {river} in {town} was opened in {year} by {person}, the mayor of the town.|In {year}, the mayor {person} opened a bridge over the {river} in {town}.]",
                &[
                    ("Who opened the bridge in {town}?", "person"),
                    ("[When|In which year] was the bridge over the {river} opened?", "year"),
                    ("Which river does the bridge cross?", "river"),
                ],
            ),
            says(
                "[The plans were drawn by {person2}|The architect was {person2}], who came from {town2}.",
                &[("Who drew the plans of the bridge?", "person2"), ("Where did {person2} come from?", "town2")],
            ),
            says(
                "It [was built of|is made of] {material} and is {length} long.",
                &[("What is the bridge made of?", "material"), ("How long is the bridge?", "length")],
            ),
            says(
                "The work took {few} years and [cost {cost}|the town paid {cost} for it].",
                &[("How many years did the work take?", "few"), ("How much did the bridge cost?", "cost")],
            ),
            says(
                "In {later} it was painted {colour}, [because the old paint had come off|after a long discussion in the town].",
                &[("What colour was the bridge painted?", "colour"), ("When was the bridge painted?", "later")],
            ),
            says(
                "About {thousands} people cross it [every day|each day], most of them on their way to the {material2} works.",
                &[("How many people cross the bridge every day?", "thousands")],
            ),
            says(
                "A small ferry, which had carried people across [before|until then], was sold to {person3}, a {job} from {town3}.",
                &[("Who bought the ferry?", "person3"), ("What was the job of {person3}?", "job")],
            ),
        ],
    },
    Kind {
        title: "Lives",
        sentences: &[
            says(
                "{person} was born in {town} in {year}, [as the child of a {job}|where {his} mother worked as a {job}].",
                &[("Where was {person} born?", "town"), ("When was {person} born?", "year")],
            ),
            says(
                "{he} [studied|learned] {subject} in {town2}, where {he} met {person2}.",
                &[
                    ("What did {name} study?", "subject"),
                    ("Where did {name} study?", "town2"),
                    ("Whom did {name} meet in {town2}?", "person2"),
                ],
            ),
            says(
                "{his} first book, [which appeared|published] in {later}, sold {thousands} copies.",
                &[
                    ("How many copies did the first book of {name} sell?", "thousands"),
                    ("When did the first book of {name} appear?", "later"),
                ],
            ),
            says(
                "For {few} years {name} [lived|worked] by the {river}, in a house of {material} that {he} had built.",
                &[
                    ("How many years did {name} live by the {river}?", "few"),
                    ("What was the house of {name} made of?", "material"),
                ],
            ),
            says(
                "A prize of {cost} [allowed {name} to give up|freed {name} from] {his} work as a {job2}.",
                &[
                    ("How much money did {name} win?", "cost"),
                    ("What was the work of {name} before the prize?", "job2"),
                ],
            ),
            says(
                "{he} [died|was buried] in {town3} on {date}, and {count} people [came to the funeral|followed the coffin].",
                &[("Where did {name} die?", "town3"), ("How many people came to the funeral of {name}?", "count")],
            ),
            says(
                "The letters of {name} are kept by {person3}, {his} last student.",
                &[("Who keeps the letters of {name}?", "person3")],
            ),
        ],
    },
    Kind {
        title: "Markets",
        sentences: &[
            says(
                "The market of {town} [opens at {time} every {weekday}|is held every {weekday} and opens at {time}].",
                &[("On which day is the market of {town} held?", "weekday"), ("When does the market open?", "time")],
            ),
            says(
                "[Last week|This week] a sack of {crop} cost {price}, [more than ever before|a little less than in spring].",
                &[("How much did a sack of {crop} cost?", "price"), ("What cost {price} a sack?", "crop")],
            ),
            says(
                "{person}, [who sells|a farmer who brings] {crop2}, [blamed|complained about] the dry weather in {month}.",
                &[("Who sells {crop2}?", "person"), ("In which month was the weather dry?", "month")],
            ),
            says(
                "A horse was sold to {person2} for {cost}.",
                &[("Who bought the horse?", "person2"), ("What was the price of the horse?", "cost")],
            ),
            says(
                "[There were {count} stalls|People walked among {count} stalls], and the oldest has stood there since {year}.",
                &[("How many stalls were there?", "count"), ("Since when has the oldest stall stood there?", "year")],
            ),
            says(
                "[Most of the visitors|Many visitors] come by boat from {town2}, which lies {small} miles down the {river}.",
                &[
                    ("Where do many visitors come from?", "town2"),
                    ("How many miles away is {town2}?", "small"),
                    ("On which river does {town2} lie?", "river"),
                ],
            ),
            says(
                "The prize for the largest {animal} cake went to {person3}, a {job} of {few} years.",
                &[("Who won the prize for the cake?", "person3"), ("What is the job of {person3}?", "job")],
            ),
        ],
    },
    Kind {
        title: "Matches",
        sentences: &[
            says(
                "{town} [beat|won against] {town2} by {few} goals on {weekday}, [in front of {thousands} people|while {thousands} people watched].",
                &[
                    ("Which team won on {weekday}?", "town"),
                    ("Which team lost on {weekday}?", "town2"),
                    ("How many people watched the match?", "thousands"),
                ],
            ),
            says(
                "The first goal was [scored|shot] by {person} after {small} minutes.",
                &[
                    ("Who scored the first goal?", "person"),
                    ("After how many minutes did the first goal fall?", "small"),
                ],
            ),
            says(
                "{person2}, the [captain|keeper] of {town2}, [hurt {his2} knee|left the field in pain] and was taken to {town3}.",
                &[("Who was hurt?", "person2"), ("Where was {person2} taken?", "town3")],
            ),
            says(
                "[The tickets cost|A ticket cost] {price}, and all of them were sold by {time}.",
                &[("How much did a ticket cost?", "price"), ("When were all tickets sold?", "time")],
            ),
            says(
                "The winners [wore|played in] {colour} shirts, a gift of a factory that makes {ware}.",
                &[("What colour were the shirts of the winners?", "colour"), ("What does the factory make?", "ware")],
            ),
            says(
                "The club [was founded|began] in {year} by {person3}, a {job}.",
                &[("Who founded the club?", "person3"), ("When was the club founded?", "year")],
            ),
            says(
                "The next match is on {date}, if the {river} does not flood the field again.",
                &[("When is the next match?", "date"), ("Which river may flood the field?", "river")],
            ),
        ],
    },
    Kind {
        title: "Storms",
        sentences: &[
            says(
                "A storm [struck|reached] {town} on {date} and [lasted|went on for] {hours}.",
                &[
                    ("Which town did the storm strike?", "town"),
                    ("When did the storm come?", "date"),
                    ("How long did the storm last?", "hours"),
                ],
            ),
            says(
                "The {river} rose by {few} metres, and {count} houses [were flooded|stood under water].",
                &[("Which river rose?", "river"), ("How many houses were flooded?", "count")],
            ),
            says(
                "{person}, a {job}, [saved|carried out] {count2} children from a school [with a boat|through a window].",
                &[("Who saved the children?", "person"), ("How many children were saved?", "count2")],
            ),
            says(
                "The roof of the {material} church [was torn off|fell in]; [to mend it will cost|repairs will cost] {cost}.",
                &[("How much will the repairs cost?", "cost"), ("What is the church made of?", "material")],
            ),
            says(
                "[Trains to {town2} stopped at {time}|At {time} the trains to {town2} stopped] because of {cause}.",
                &[("Why did the trains stop?", "cause"), ("Where did the trains go?", "town2")],
            ),
            says(
                "Farmers [lost|gave up] most of their {crop}, and the mayor, {person2}, asked for help.",
                &[("What did the farmers lose?", "crop"), ("Who asked for help?", "person2")],
            ),
            says(
                "It was the worst storm since {year}, [when|in which] a ship with {ware} went down.",
                &[("When was the last storm of this kind?", "year"), ("What was on the ship?", "ware")],
            ),
        ],
    },
    Kind {
        title: "Museums",
        sentences: &[
            says(
                "[The museum of {town} shows {count} pictures by {person}|{count} pictures by {person} can be seen in the museum of {town}] until {date}.",
                &[
                    ("Whose pictures does the museum of {town} show?", "person"),
                    ("How many pictures are shown?", "count"),
                    ("Until when can the pictures be seen?", "date"),
                ],
            ),
            says(
                "The most famous of them was painted in {year}, [when the artist was ill|in a single night].",
                &[("When was the most famous picture painted?", "year")],
            ),
            says(
                "It shows a {colour} {animal} [on the bank of|beside] the {river}.",
                &[("Which animal does the picture show?", "animal"), ("What colour is the animal?", "colour")],
            ),
            says(
                "[It belongs to|The owner is] {person2}, who bought it for {cost} in {town2}.",
                &[
                    ("Who owns the picture?", "person2"),
                    ("How much did {person2} pay for the picture?", "cost"),
                    ("Where did {person2} buy the picture?", "town2"),
                ],
            ),
            says(
                "The museum is [open|closed] on {weekday}, and [a ticket costs|visitors pay] {price}.",
                &[("How much does a ticket cost?", "price")],
            ),
            says(
                "[Guides|Students of {subject}] lead visitors through the rooms [for|in] {hours}, and {person3} speaks about {subject2}.",
                &[("Who speaks about {subject2}?", "person3"), ("What does {person3} speak about?", "subject2")],
            ),
            says(
                "The house itself, of {material} and glass, was given to the town by a {job} in {later}.",
                &[
                    ("What was the job of the man who gave the house?", "job"),
                    ("When was the house given to the town?", "later"),
                ],
            ),
        ],
    },
    Kind {
        title: "Journeys",
        sentences: &[
            says(
                "{person} [left|set out from] {town} in {month} {year} with {count} men and {few} boats.",
                &[
                    ("Who set out from {town}?", "person"),
                    ("How many men went with {name}?", "count"),
                    ("How many boats did {name} have?", "few"),
                ],
            ),
            says(
                "{he} wanted to [find the spring of|follow] the {river}, [which no map showed|of which only stories were told].",
                &[("Which river did {name} want to follow?", "river")],
            ),
            says(
                "The journey was paid for by {person2}, a rich {job} [of|from] {town2}, who gave {cost}.",
                &[("Who paid for the journey?", "person2"), ("How much money did {person2} give?", "cost")],
            ),
            says(
                "After {small} days {he} was [stopped|held up] by {cause}, and the men ate nothing but {crop}.",
                &[("What stopped {name}?", "cause"), ("What did the men eat?", "crop")],
            ),
            says(
                "A {animal} [carried off|destroyed] the last tent, [which|and that] made the {job2} laugh for the first time.",
                &[("Which animal destroyed the tent?", "animal"), ("Who laughed for the first time?", "job2")],
            ),
            says(
                "[They came back|{name} returned] in {later} and brought {thousands} plants to the school of {subject}.",
                &[("When did {name} return?", "later"), ("How many plants did {name} bring?", "thousands")],
            ),
            says(
                "A {colour} flower was [named after|called after] {person3}, who had [drawn|written down] everything.",
                &[("Who was a flower named after?", "person3"), ("What colour is the flower?", "colour")],
            ),
        ],
    },
    Kind {
        title: "Factories",
        sentences: &[
            says(
                "A factory in {town} that makes {ware} was [founded|started] in {year} by {person}.",
                &[
                    ("What does the factory in {town} make?", "ware"),
                    ("Who founded the factory?", "person"),
                    ("When was the factory founded?", "year"),
                ],
            ),
            says(
                "[Today {thousands} people work there|It has {thousands} workers], most of whom live in {town2}.",
                &[
                    ("How many people work in the factory?", "thousands"),
                    ("Where do most of the workers live?", "town2"),
                ],
            ),
            says(
                "They [earn|are paid] {price} [a day|each day] and have {few} weeks of holiday.",
                &[
                    ("How much do the workers earn a day?", "price"),
                    ("How many weeks of holiday do the workers have?", "few"),
                ],
            ),
            says(
                "In {month} the director, {person2}, bought a new machine for {cost}.",
                &[
                    ("Who is the director of the factory?", "person2"),
                    ("How much did the new machine cost?", "cost"),
                    ("When was the machine bought?", "month"),
                ],
            ),
            says(
                "The machine is of {material} and [needs|takes up] {length} of the hall.",
                &[("How much of the hall does the machine need?", "length")],
            ),
            says(
                "[Water comes from the {river}|The {river} gives the water], and the smoke is {colour} on {weekday}.",
                &[("Where does the water come from?", "river"), ("On which day is the smoke {colour}?", "weekday")],
            ),
            says(
                "{person3}, who had been a {job}, [drew|invented] the sign of the factory, a sleeping {animal}.",
                &[("Who drew the sign of the factory?", "person3"), ("What is the sign of the factory?", "animal")],
            ),
        ],
    },
    Kind {
        title: "Elections",
        sentences: &[
            says(
                "{person} was [elected|chosen as] mayor of {town} on {weekday} with {percent} of the votes.",
                &[
                    ("Who was elected mayor of {town}?", "person"),
                    ("On which day was the mayor elected?", "weekday"),
                    ("How many of the votes did {name} get?", "percent"),
                ],
            ),
            says(
                "{he} is a {job} and [comes|moved to the town] from {town2}.",
                &[("What is the job of {name}?", "job"), ("Where does {name} come from?", "town2")],
            ),
            says(
                "{his} rival, {person2}, [lost by|had] {thousands} votes [and congratulated {name}|and will ask for a new count].",
                &[("Who lost the election?", "person2")],
            ),
            says(
                "[The new mayor|{name}] [promised|wants] a school of {material} and {count} new trees [by {later}|before {later}].",
                &[("How many trees will be planted?", "count"), ("What will the school be made of?", "material")],
            ),
            says(
                "The school will cost {cost}, [half of which comes|which comes] from the sale of {ware}.",
                &[("How much will the school cost?", "cost"), ("What will be sold?", "ware")],
            ),
            says(
                "Until {date} the town is led by {person3}, [who has taught {subject}|a teacher of {subject}] for {few} years.",
                &[
                    ("Who leads the town until {date}?", "person3"),
                    ("What has {person3} taught?", "subject"),
                    ("Until when does {person3} lead the town?", "date"),
                ],
            ),
            says(
                "The result was read out [in front of|under] the {colour} clock by the {river} at {time}.",
                &[("When was the result read out?", "time"), ("What colour is the clock?", "colour")],
            ),
        ],
    },
    Kind {
        title: "Animals",
        sentences: &[
            says(
                "[The zoo of {town} has a new {animal}, which came|A new {animal} came to the zoo of {town}] from {town2} on {date}.",
                &[
                    ("Which animal came to the zoo of {town}?", "animal"),
                    ("Where did the {animal} come from?", "town2"),
                    ("When did the {animal} come to the zoo?", "date"),
                ],
            ),
            says(
                "It [weighs|has a weight of] {count} pounds and eats {small} pounds of {crop} a day.",
                &[("What does the {animal} eat?", "crop"), ("How many pounds of {crop} does it eat a day?", "small")],
            ),
            says(
                "Its keeper is {person}, who [has worked there for {few} years|gave up {his} work as a {job} for it].",
                &[("Who is the keeper of the {animal}?", "person")],
            ),
            says(
                "[The journey by train|The journey] took {hours}, and {cause} nearly ended it.",
                &[("How long did the journey take?", "hours"), ("What nearly ended the journey?", "cause")],
            ),
            says(
                "Its house, with a {colour} door and a wall of {material}, cost {cost}.",
                &[
                    ("How much did the house of the {animal} cost?", "cost"),
                    ("What colour is the door?", "colour"),
                    ("What is the wall made of?", "material"),
                ],
            ),
            says(
                "On the first {weekday} {thousands} people [came to see it|stood at the gate].",
                &[
                    ("How many people came to see the {animal}?", "thousands"),
                    ("On which day did the people come?", "weekday"),
                ],
            ),
            says(
                "Children [gave it the name|call it] {woman}, [like|which is the name of] the mother of {person2}, who [swam|rowed] across the {river} in {year}.",
                &[
                    ("Who crossed the {river}?", "person2"),
                    ("When did {person2} cross the {river}?", "year"),
                    ("What is the name of the {animal}?", "woman"),
                ],
            ),
        ],
    },
];
