//! The animals of the fables.

/// Which roles an animal fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    Small,
    Middle,
    Large,
}

/// A kind of animal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Animal {
    pub name: &'static str,
    size: Size,
    /// Where it lives: `in {home}`.
    pub home: &'static str,
    pub food: &'static str,
}

/// All animals of a size.
pub(super) fn of_size(size: Size) -> impl Iterator<Item = Animal> {
    ANIMALS.into_iter().filter(move |animal| animal.size == size)
}

const fn animal(name: &'static str, size: Size, home: &'static str, food: &'static str) -> Animal {
    Animal { name, size, home, food }
}

pub(super) const FOX: Animal = animal("Fox", Size::Middle, "a den under the hill", "eggs");

const ANIMALS: [Animal; 30] = [
    FOX,
    animal("Mouse", Size::Small, "a hole behind the mill", "cheese"),
    animal("Frog", Size::Small, "the reeds of a pond", "flies"),
    animal("Ant", Size::Small, "a heap of pine needles", "seeds"),
    animal("Cricket", Size::Small, "a crack of the wall", "crumbs"),
    animal("Sparrow", Size::Small, "a nest under the roof", "barley"),
    animal("Mole", Size::Small, "a tunnel below the garden", "worms"),
    animal("Snail", Size::Small, "a corner of the garden", "lettuce"),
    animal("Hedgehog", Size::Small, "a pile of dry leaves", "beetles"),
    animal("Wren", Size::Small, "a hedge of thorns", "berries"),
    animal("Squirrel", Size::Small, "a hollow oak", "nuts"),
    animal("Hare", Size::Middle, "a field of clover", "cabbage"),
    animal("Cat", Size::Middle, "a warm kitchen", "cream"),
    animal("Goose", Size::Middle, "a farmyard by the road", "oats"),
    animal("Crow", Size::Middle, "the top of an elm", "corn"),
    animal("Owl", Size::Middle, "an old tower", "moths"),
    animal("Badger", Size::Middle, "a deep burrow", "roots"),
    animal("Otter", Size::Middle, "the bank of the river", "trout"),
    animal("Stork", Size::Middle, "a nest on the chimney", "fish"),
    animal("Magpie", Size::Middle, "a tall poplar", "cherries"),
    animal("Dog", Size::Middle, "a barrel near the gate", "bones"),
    animal("Lion", Size::Large, "a cave in the rocks", "meat"),
    animal("Bear", Size::Large, "a dark forest", "honey"),
    animal("Wolf", Size::Large, "the hills", "mutton"),
    animal("Ox", Size::Large, "a stable by the church", "hay"),
    animal("Horse", Size::Large, "a green meadow", "carrots"),
    animal("Stag", Size::Large, "a grove of beeches", "young leaves"),
    animal("Ass", Size::Large, "a shed behind the inn", "thistles"),
    animal("Goat", Size::Large, "the mountain", "herbs"),
    animal("Boar", Size::Large, "a thicket by the marsh", "acorns"),
];
