//! The message: what both sides say, what carries it, what may be claimed, and in which words.

use jiff::{ToSpan, civil::Date};

use super::value_proposition::ValueProposition;

/// A proof that ends within so many days is told as one that ends soon.
pub const ENDS_SOON_DAYS: i64 = 30;

/// A message house, with what may be claimed and in which words. Its roof is the clause's sentence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// What the firm offers, in seven slots.
    pub value_proposition: Option<ValueProposition>,
    /// What stands under the roof; two to four where there are any.
    pub pillars: Vec<Pillar>,
    /// The message in one line.
    pub one_liner: Option<String>,
    /// The message in half a minute.
    pub elevator: Option<String>,
    /// The message in a paragraph, as it stands at the end of a text.
    pub boilerplate: Option<String>,
    /// What may be claimed, and what may not.
    pub claims: Vec<Claim>,
    /// The words for what both sides speak about.
    pub concepts: Vec<Concept>,
}

/// One of the statements that carry the roof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pillar {
    /// Its key.
    pub id: String,
    /// What it says.
    pub says: String,
    /// The personas that it is for, by their keys; all of them when empty.
    pub personas: Vec<String>,
    /// What carries it.
    pub proofs: Vec<Proof>,
}

/// What carries a pillar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What it shows.
    pub says: String,
    /// Where it is from.
    pub source: String,
    /// The first day on which it holds; always before its last where there is none.
    pub from: Option<Date>,
    /// The last day on which it holds; for good where there is none.
    pub until: Option<Date>,
    /// Where it may be used, where that is not everywhere.
    pub jurisdiction: Option<String>,
    /// The e-mail address, or the user id, of whoever approved it.
    pub approved_by: Option<String>,
}

/// A claim and what carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its key, where it has one.
    pub id: Option<String>,
    /// The words.
    pub says: String,
    /// Whether it may be said.
    pub standing: Standing,
    /// The product that it is about; any where there is none.
    pub product: Option<String>,
    /// The channel that it is for: `slides`; any where there is none.
    pub channel: Option<String>,
    /// The region that it is for; any where there is none.
    pub region: Option<String>,
    /// The pillar that it belongs to, by its key.
    pub pillar: Option<String>,
    /// Whose consent a restricted claim needs: `legal`.
    pub needs: Option<String>,
    /// The proof.
    pub proof: Option<String>,
    /// The last day on which the proof holds.
    pub proof_until: Option<Date>,
}

/// Whether a claim may be said. Source: domain.md 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Must be said.
    Required,
    /// May be said.
    Allowed,
    /// May be said after asking.
    Restricted,
    /// Must not be said.
    Banned,
}

impl Standing {
    /// Every standing with its key, in the order in which they are shown.
    pub const ALL: [(&'static str, Standing); 4] = [
        ("required", Standing::Required),
        ("allowed", Standing::Allowed),
        ("restricted", Standing::Restricted),
        ("banned", Standing::Banned),
    ];

    /// The standing as words on screen.
    pub fn words(self) -> &'static str {
        match self {
            Standing::Required => "to be said",
            Standing::Allowed => "may be said",
            Standing::Restricted => "may be said after asking",
            Standing::Banned => "not to be said",
        }
    }
}

/// Something that both sides speak about, and the words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// What is meant.
    pub concept: String,
    /// The word to use.
    pub preferred: String,
    /// Words that are right too.
    pub admitted: Vec<String>,
    /// Words that still stand in older texts, and are not put into new ones.
    pub deprecated: Vec<String>,
    /// Words that are not used.
    pub forbidden: Vec<String>,
    /// Where this holds, where that is not everywhere.
    pub scope: Option<String>,
    /// Why.
    pub why: Option<String>,
}

/// How a proof stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProofState {
    /// Its last day is past.
    Ended(Date),
    /// It holds, and its last day is near.
    EndsSoon(Date),
    /// It does not hold yet.
    Begins(Date),
    /// It holds until a day, or for good.
    Holds(Option<Date>),
}

impl ProofState {
    /// How a proof with these first and last days stands on a day. Both days count.
    pub fn on(day: Date, from: Option<Date>, until: Option<Date>) -> ProofState {
        let soon = day.checked_add(ENDS_SOON_DAYS.days()).unwrap_or(Date::MAX);
        match (from, until) {
            (_, Some(until)) if until < day => ProofState::Ended(until),
            (Some(from), _) if from > day => ProofState::Begins(from),
            (_, Some(until)) if until <= soon => ProofState::EndsSoon(until),
            _ => ProofState::Holds(until),
        }
    }

    /// Whether it may be relied on.
    pub fn holds(self) -> bool {
        matches!(self, ProofState::EndsSoon(_) | ProofState::Holds(_))
    }

    /// Whether somebody has to find another soon, or should have.
    pub fn wants_attention(self) -> bool {
        matches!(self, ProofState::Ended(_) | ProofState::EndsSoon(_))
    }
}

/// A proof of a pillar or of a claim, as both are counted alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried<'m> {
    /// What it shows.
    pub proof: &'m str,
    /// Where it is from, where the text says so by itself.
    pub source: Option<&'m str>,
    /// The statement that it carries.
    pub carries: &'m str,
    /// The first day on which it holds.
    pub from: Option<Date>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it may be used.
    pub jurisdiction: Option<&'m str>,
    /// Who approved it.
    pub approved_by: Option<&'m str>,
}

impl Carried<'_> {
    /// How it stands on a day.
    pub fn state(&self, day: Date) -> ProofState {
        ProofState::on(day, self.from, self.until)
    }
}

impl Message {
    /// Every proof: those of the pillars, then those of the claims, in the order of the text.
    pub fn proofs(&self) -> Vec<Carried<'_>> {
        let of_pillars = self.pillars.iter().flat_map(|pillar| {
            pillar.proofs.iter().map(|proof| Carried {
                proof: &proof.says,
                source: Some(&proof.source),
                carries: &pillar.says,
                from: proof.from,
                until: proof.until,
                jurisdiction: proof.jurisdiction.as_deref(),
                approved_by: proof.approved_by.as_deref(),
            })
        });
        let of_claims = self.claims.iter().filter_map(|claim| {
            Some(Carried {
                proof: claim.proof.as_deref()?,
                source: None,
                carries: &claim.says,
                from: None,
                until: claim.proof_until,
                jurisdiction: claim.region.as_deref(),
                approved_by: None,
            })
        });
        of_pillars.chain(of_claims).collect()
    }

    /// Whether nothing that holds on a day carries the benefit that the value proposition names.
    pub fn lacks_proof(&self, day: Date) -> bool {
        self.value_proposition.is_some()
            && !self.proofs().iter().any(|proof| proof.state(day).holds())
    }
}

/// How many words a text has: whatever stands between blanks and holds a letter or a digit.
pub fn words_in(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

#[cfg(test)]
mod tests;
