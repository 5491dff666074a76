//! A first Agreement, drafted from what the house holds.
//!
//! Nothing is written: the read models are asked, `domain` counts, `connectors` writes the text. What
//! somebody makes of it goes before both sides as any other text, by `propose_agreement`.

mod looked_at;

pub use connectors::agreement::draft::{DraftHead, Drafted, DraftedClause, target};
use connectors::agreement::{draft::write, read};
use domain::{
    draft::{Choices, Draft},
    firm::{Role, Side},
    ids::UserId,
    money::Currency,
};
use jiff::{Timestamp, tz::TimeZone};
use store::{Reader, StoreError};

use crate::{Engine, Error, agreement::AgreementRefusal};

/// What somebody would rather have than what is proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftWishes {
    /// Who signs for marketing, by address or id.
    pub marketing: Option<String>,
    /// Who signs for sales.
    pub sales: Option<String>,
    /// The numbers.
    pub numbers: Choices,
}

/// A drafted Agreement.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstAgreement {
    /// What was counted.
    pub draft: Draft,
    /// Who makes it.
    pub head: DraftHead,
    /// The text, clause by clause, with what each rests on.
    pub drafted: Drafted,
}

/// Somebody whom a text can name: to sign for a side, or for something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Who.
    pub user: UserId,
    /// How the Agreement names them: their address, or their id where they have none.
    pub named: String,
    /// Their name, where it is known.
    pub name: Option<String>,
}

impl Engine {
    /// Drafts a first Agreement. The text reads without a mistake.
    ///
    /// # Errors
    /// When the database cannot be read, or a wish makes a text with mistakes.
    pub fn draft_agreement(
        &self,
        wishes: &DraftWishes,
        now: Timestamp,
    ) -> Result<FirstAgreement, Error> {
        let (seen, head) = self.read(|reader| {
            let head = head(reader, wishes)?;
            let zone = TimeZone::get(&head.zone).unwrap_or(TimeZone::UTC);
            let seen = looked_at::looked_at(reader, zone, head.currency, now)?;
            Ok::<_, StoreError>((seen, head))
        })?;
        let draft = Draft::of(&seen).with(wishes.numbers);
        let drafted = write(&draft, &head);
        read(&drafted.text)
            .map_err(|mistakes| Error::Refused(AgreementRefusal::Mistakes(mistakes).into()))?;
        Ok(FirstAgreement { draft, head, drafted })
    }
}

/// Who may sign for a side: its managers first, then leaders, each by id.
///
/// # Errors
/// When the database fails.
pub fn signers(reader: &Reader<'_>, side: Side) -> Result<Vec<Signer>, StoreError> {
    let mut found = Vec::new();
    for user in reader.users_by_id()?.values() {
        let signs = match user.role {
            Some(Role::SalesManager | Role::MarketingManager) => Some(0),
            Some(Role::Leader) => Some(1),
            _ => None,
        };
        let Some(rank) = signs.filter(|_| user.active && user.side == Some(side)) else { continue };
        found.push((rank, named(reader, &user.id)?));
    }
    found.sort_by(|a, b| (a.0, &a.1.user).cmp(&(b.0, &b.1.user)));
    Ok(found.into_iter().map(|(_, signer)| signer).collect())
}

/// Everybody who is let in, as a text would name them, by id.
///
/// # Errors
/// When the database fails.
pub fn namable(reader: &Reader<'_>) -> Result<Vec<Signer>, StoreError> {
    let users = reader.users_by_id()?;
    let here = users.values().filter(|user| user.active && user.role.is_some());
    here.map(|user| named(reader, &user.id)).collect()
}

fn named(reader: &Reader<'_>, user: &UserId) -> Result<Signer, StoreError> {
    let person = reader.person_of(&format!("user/{user}"))?.unwrap_or_default();
    let named = person.email.unwrap_or_else(|| user.to_string());
    Ok(Signer { user: user.clone(), named, name: person.name })
}

/// The firm as it is set, or as its amounts say.
fn head(reader: &Reader<'_>, wishes: &DraftWishes) -> Result<DraftHead, StoreError> {
    let zone = reader.setting("firm.zone")?.filter(|zone| TimeZone::get(zone).is_ok());
    let currency = reader.setting("firm.currency")?;
    let currency = match currency.as_deref().map(Currency::parse) {
        Some(Ok(currency)) => currency,
        _ => looked_at::commonest_currency(reader)?,
    };
    let signer = |side, wished: &Option<String>| match wished {
        Some(wished) => Ok(Some(wished.clone())),
        None => {
            signers(reader, side).map(|found| found.into_iter().next().map(|signer| signer.named))
        }
    };
    Ok(DraftHead {
        firm: reader.setting("firm.name")?,
        zone: zone.unwrap_or_else(|| "UTC".to_owned()),
        currency,
        marketing: signer(Side::Marketing, &wishes.marketing)?,
        sales: signer(Side::Sales, &wishes.sales)?,
    })
}

#[cfg(test)]
mod tests;
