//! The account of a lead, looked for by what is told of the lead: by the domain of its mail address,
//! then by the name of its company. Where several fit, none is taken.

use domain::{
    agreement::routing::FoundBy,
    company::{ALIKE_PER_MILLE, alike_per_mille, company_key, domain_key, stem},
    field::{FieldValue, Fields},
    ids::{AccountId, UserId},
    routed::AccountSeen,
};
use store::{
    Reader, StoreError,
    read::{AccountKey, LeadRow},
};

/// So many accounts with names that begin alike are compared.
const COMPARED_MAX: u32 = 2_000;
/// Fields of a lead that tell the name of its company.
const COMPANY: [&str; 4] = ["company", "company_name", "account_name", "organisation"];

/// The account of which a lead that names none may be, with what says so; without the account where
/// several fit.
///
/// # Errors
/// When the database cannot be read.
pub fn account_matched(
    reader: &Reader<'_>,
    lead: &LeadRow,
) -> Result<Option<AccountSeen>, StoreError> {
    if lead.account.is_some() {
        return Ok(None);
    }
    let accounts = Accounts { reader, fields: &lead.fields };
    match accounts.by_domain()? {
        None => accounts.by_name(),
        found => Ok(found),
    }
}

/// The accounts, as they are looked for with the fields of one lead.
pub(super) struct Accounts<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) fields: &'a Fields,
}

impl Accounts<'_> {
    fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(FieldValue::text)
    }

    /// The account whose domain is that of the lead's mail address.
    pub(super) fn by_domain(&self) -> Result<Option<AccountSeen>, StoreError> {
        let Some(domain) = self.text("email_domain").and_then(domain_key) else { return Ok(None) };
        let accounts = self.reader.accounts_by_key(AccountKey::Domain, &domain, 2)?;
        self.one_of(FoundBy::Domain, accounts, (&domain, &domain, 1000))
    }

    /// The account whose name is that of the lead's company, or is the only one that is all but it.
    pub(super) fn by_name(&self) -> Result<Option<AccountSeen>, StoreError> {
        let company = COMPANY.iter().find_map(|field| self.text(field));
        let Some(company) = company.and_then(company_key) else { return Ok(None) };
        let accounts = self.reader.accounts_by_key(AccountKey::Name, &company, 2)?;
        if !accounts.is_empty() {
            return self.one_of(FoundBy::Name, accounts, (&company, &company, 1000));
        }
        let like = self.reader.accounts_like(&stem(&company), COMPARED_MAX)?;
        let alike = like
            .into_iter()
            .map(|(name, account)| (alike_per_mille(&name, &company), name, account));
        let mut alike: Vec<(u32, String, AccountId)> =
            alike.filter(|(alike, ..)| *alike >= ALIKE_PER_MILLE).collect();
        alike.sort_by(|a, b| b.cmp(a));
        let Some((most, name, _)) = alike.first().cloned() else { return Ok(None) };
        let accounts = alike.into_iter().filter(|(alike, ..)| *alike == most);
        let accounts = accounts.map(|(.., account)| account).collect();
        self.one_of(FoundBy::Name, accounts, (&company, &name, most))
    }

    /// The only one of several; none of them where there are more.
    fn one_of(
        &self,
        by: FoundBy,
        mut accounts: Vec<AccountId>,
        compared: (&str, &str, u32),
    ) -> Result<Option<AccountSeen>, StoreError> {
        accounts.dedup();
        match accounts.as_slice() {
            [] => Ok(None),
            [account] => {
                let row = self.reader.account(account)?;
                let fields = row.map(|row| row.fields).unwrap_or_default();
                Ok(Some(found(by, account.clone(), &fields, compared)))
            }
            _ => {
                let one = found(by, AccountId(String::new()), &Fields::new(), compared);
                Ok(Some(AccountSeen { account: None, ..one }))
            }
        }
    }
}

/// What was found, with what was compared.
pub(super) fn found(
    by: FoundBy,
    account: AccountId,
    fields: &Fields,
    (lead_has, account_has, alike_per_mille): (&str, &str, u32),
) -> AccountSeen {
    let owner = fields.get("owner").and_then(FieldValue::text).map(UserId::from);
    AccountSeen {
        account: Some(account),
        by,
        lead_has: lead_has.to_owned(),
        account_has: account_has.to_owned(),
        alike_per_mille,
        owner,
    }
}
