//! The animals of fables, by their titles.

/// Animals as titles name them, one or several.
const ANIMALS: [&[&str]; 24] = [
    &["fox", "foxes"],
    &["lion", "lions", "lioness"],
    &["wolf", "wolves"],
    &["dog", "dogs", "hound", "hounds"],
    &["ass", "asses", "donkey", "donkeys"],
    &["mouse", "mice"],
    &["cat", "cats"],
    &["frog", "frogs"],
    &["crow", "crows"],
    &["eagle", "eagles"],
    &["hare", "hares", "rabbit", "rabbits"],
    &["sheep", "lamb", "lambs", "ram"],
    &["goat", "goats", "kid"],
    &["horse", "horses"],
    &["ox", "oxen", "bull", "bulls", "cow", "cows", "heifer"],
    &["stag", "fawn", "deer"],
    &["snake", "snakes", "serpent", "viper"],
    &["monkey", "monkeys", "ape", "apes"],
    &["bee", "bees", "wasp", "wasps"],
    &["bear", "bears"],
    &["cock", "cocks", "hen", "hens"],
    &["tortoise", "crab", "turtle"],
    &["owl", "hawk", "kite", "raven"],
    &["ant", "ants", "grasshopper", "grasshoppers"],
];
/// Animals that get a name of their own.
const NAMED: usize = 9;

/// The titles by the first animal in each: the names of the most frequent ones with the numbers of their titles, and before
/// them, without a name, all others.
pub fn animals_of(titles: &[&str]) -> Vec<(&'static str, Vec<usize>)> {
    let mut groups: Vec<(&str, Vec<usize>)> = ANIMALS.iter().map(|names| (names[0], vec![])).collect();
    let mut others = vec![];
    for (number, title) in titles.iter().enumerate() {
        match first_animal(title) {
            Some(animal) => groups[animal].1.push(number),
            None => others.push(number),
        }
    }
    groups.sort_by_key(|(_, numbers)| std::cmp::Reverse(numbers.len())); // stable
    others.extend(groups.drain(NAMED..).flat_map(|(_, numbers)| numbers));
    groups.retain(|(_, numbers)| !numbers.is_empty());
    groups.insert(0, ("", others));
    groups
}

/// The place in the list of the first animal that a title names.
fn first_animal(title: &str) -> Option<usize> {
    let lower = title.to_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_alphabetic());
    words.find_map(|word| ANIMALS.iter().position(|names| names.contains(&word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_grouped_by_their_first_animal() {
        let titles = ["THE FOX AND THE GRAPES", "THE CAT AND THE MICE", "THE LION'S FOX", "THE OLD MAN", "A FOX"];
        let groups = animals_of(&titles);
        assert_eq!(groups, [("", vec![3]), ("fox", vec![0, 4]), ("lion", vec![2]), ("cat", vec![1])]);
    }
}
