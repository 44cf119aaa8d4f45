//! The attributes of avatars. The values that the book names (p. 36) have the book's names, in code and in print.

/// An enum whose values print as their names, and parse from them.
macro_rules! feature {
    ($(#[$about:meta])* $name:ident { $($(#[$note:meta])* $value:ident),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$note])* $value),+
        }

        impl $name {
            /// All values, in order.
            pub const ALL: &[$name] = &[$($name::$value),+];
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(match self { $($name::$value => stringify!($value)),+ })
            }
        }

        impl std::str::FromStr for $name {
            type Err = anyhow::Error;

            fn from_str(text: &str) -> anyhow::Result<$name> {
                let known = $name::ALL.iter().find(|value| value.to_string() == text);
                known.copied().ok_or_else(|| {
                    let all: Vec<String> = $name::ALL.iter().map(ToString::to_string).collect();
                    anyhow::anyhow!("`{text}` is no {}: say {}", stringify!($name), all.join(", "))
                })
            }
        }
    };
}

feature! {
    /// The book's `topType`: the hair on an avatar's head.
    Top {
        /// A bald head.
        NoHair,
        /// Hair drawn back into a bun on the head.
        LongHairBun,
        /// Curls down to the shoulders.
        LongHairCurly,
        /// Straight hair to below the shoulders, parted in the middle.
        LongHairStraight,
        /// Short hair in a wave to one side.
        ShortHairShortWaved,
        /// Short hair close to the head.
        ShortHairShortFlat,
        /// A high top of tight curls with short sides.
        ShortHairFrizzle,
    }
}

feature! {
    /// The book's `hairColor`; brows and beard have a darker shade of it.
    HairColor {
        /// Black.
        Black,
        /// Yellow.
        Blonde,
        /// Brown.
        Brown,
        /// Rose, as dyed.
        PastelPink,
        /// Copper red.
        Red,
        /// Light grey.
        SilverGray,
    }
}

feature! {
    /// The book's `accessoriesType`: glasses.
    Accessories {
        /// Nothing.
        Blank,
        /// Round glasses.
        Round,
        /// Dark glasses, which hide the eyes.
        Sunglasses,
    }
}

feature! {
    /// The book's `clothingType`.
    Clothing {
        /// A hood around the neck, with two white strings.
        Hoodie,
        /// A bib with straps over a grey-blue shirt.
        Overall,
        /// A shirt with a round neckline.
        ShirtScoopNeck,
        /// A shirt with a pointed neckline.
        ShirtVNeck,
    }
}

feature! {
    /// The book's `clothingColor`.
    ClothingColor {
        /// Nearly black.
        Black,
        /// Sky blue.
        Blue01,
        /// Middle grey.
        Gray01,
        /// Light green.
        PastelGreen,
        /// Light orange.
        PastelOrange,
        /// Strong pink.
        Pink,
        /// Red.
        Red,
        /// White.
        White,
    }
}

feature! {
    /// The colour of the skin.
    Skin {
        /// The lightest.
        Pale,
        /// Light.
        Light,
        /// Light brown.
        Tanned,
        /// Brown.
        Brown,
        /// The darkest.
        Dark,
    }
}

feature! {
    /// How far the lids are open.
    Eyes {
        /// Wide.
        Round,
        /// Half.
        Narrow,
    }
}

feature! {
    /// The colour of the iris.
    EyeColor {
        /// Brown.
        Brown,
        /// Blue.
        Blue,
        /// Green.
        Green,
        /// Grey.
        Gray,
    }
}

feature! {
    /// The shape of the brows.
    Brows {
        /// Thin and flat.
        Soft,
        /// Thick.
        Bushy,
        /// High, with a peak.
        Arched,
    }
}

feature! {
    /// The shape of the nose.
    Nose {
        /// A short curve.
        Small,
        /// A wide tip.
        Big,
        /// A long line with a sharp tip.
        Pointy,
    }
}

feature! {
    /// The hair around the mouth.
    Beard {
        /// None.
        Blank,
        /// A shadow of a beard.
        Stubble,
        /// Hair on the chin.
        Goatee,
        /// Hair on the upper lip.
        Mustache,
        /// Full beard.
        Full,
    }
}

feature! {
    /// The hat.
    Hat {
        /// Nothing.
        Blank,
        /// A knitted cap.
        Beanie,
        /// A cap with a peak.
        Cap,
        /// A straw hat with a wide brim.
        Straw,
    }
}

feature! {
    /// The background.
    Background {
        /// A plain pale grey.
        Plain,
        /// A grey-blue disc on pale grey.
        Disc,
        /// Blue, lighter towards the bottom, as all below.
        Sky,
        /// Green.
        Leaf,
        /// Warm yellow.
        Sand,
        /// Rose.
        Rose,
        /// Dark.
        Night,
    }
}
