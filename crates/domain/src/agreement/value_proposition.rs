//! The value proposition: seven slots, and the sentence that they make.

/// What the firm offers, to whom, and against what. No slot is empty.
///
/// Source: Geoffrey Moore, Crossing the Chasm; domain.md 6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueProposition {
    /// For whom: `factories with 200 to 2,000 people`.
    pub whom: String,
    /// Who need something: `pay for energy by the building`.
    pub who: String,
    /// The product's name.
    pub product: String,
    /// Its kind, with or without an article: `energy meter`.
    pub is_a: String,
    /// The benefit: `shows each machine's energy the next morning`.
    pub that: String,
    /// The alternative, by its name.
    pub unlike: String,
    /// What sets the product apart: `says which machine it was`.
    pub our: String,
}

impl ValueProposition {
    /// The slots as one text of two sentences: `For … who …, … is a … that …. Unlike …, our product …`.
    pub fn sentence(&self) -> String {
        let slot = |text: &str| text.trim().trim_end_matches(['.', ',', ';']).to_owned();
        let is_a = slot(&self.is_a);
        format!(
            "For {} who {}, {} is {}{is_a} that {}. Unlike {}, our product {}.",
            slot(&self.whom),
            slot(&self.who),
            slot(&self.product),
            article(&is_a),
            slot(&self.that),
            slot(&self.unlike),
            slot(&self.our)
        )
    }
}

/// The article that a noun without one is said with. Whoever needs another writes it in the slot.
fn article(noun: &str) -> &'static str {
    let has_one = ["a ", "an ", "the "].iter().any(|article| noun.starts_with(article));
    match noun.chars().next() {
        _ if has_one => "",
        Some('a' | 'e' | 'i' | 'o' | 'A' | 'E' | 'I' | 'O') => "an ",
        _ => "a ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_slots_are_one_text_with_the_article_that_fits() {
        let with = |is_a: &str| {
            let slot = str::to_owned;
            let value_proposition = ValueProposition {
                whom: slot("factories"),
                who: slot("melt metal."),
                product: slot("Ostrand Line"),
                is_a: slot(is_a),
                that: slot("shows each machine"),
                unlike: slot("a bill by the building,"),
                our: slot("names the machine"),
            };
            value_proposition.sentence()
        };
        assert_eq!(
            with("energy meter"),
            "For factories who melt metal, Ostrand Line is an energy meter that shows each \
             machine. Unlike a bill by the building, our product names the machine."
        );
        for (is_a, said) in [
            ("meter", "is a meter"),
            ("a unit", "is a unit"),
            ("the first meter", "is the first meter"),
            ("an hourly bill", "is an hourly bill"),
        ] {
            assert!(with(is_a).contains(said), "{is_a}: {}", with(is_a));
        }
    }
}
