//! Names of companies and their domains, as they are compared. Source: domain.md 12.4.

/// Domains under which anybody has a mail address: they tell no company.
const FREE_MAIL: [&str; 32] = [
    "aol.com",
    "bluewin.ch",
    "btinternet.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "icloud.com",
    "laposte.net",
    "libero.it",
    "live.com",
    "mac.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "web.de",
    "yahoo.com",
    "yandex.ru",
];

/// Words at the end of a name that tell its legal form.
const LEGAL_FORMS: [&str; 28] = [
    "ab",
    "ag",
    "aps",
    "as",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "eg",
    "ev",
    "gbr",
    "gmbh",
    "inc",
    "incorporated",
    "kg",
    "limited",
    "llc",
    "llp",
    "ltd",
    "nv",
    "oy",
    "plc",
    "sa",
    "sarl",
    "se",
    "spa",
    "srl",
];

/// From this likeness on two names are taken for one, in thousandths.
pub const ALIKE_PER_MILLE: u32 = 900;

/// The domain that an address on the web, or a domain as somebody wrote it, names; none for those
/// under which anybody has a mail address.
pub fn domain_key(written: &str) -> Option<String> {
    let lower = written.trim().to_lowercase();
    let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let host = bare.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default().trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    let tells = host.contains('.') && host.len() <= 200 && !FREE_MAIL.contains(&host);
    tells.then(|| host.to_owned())
}

/// A company's name as it is compared: small letters and digits, without its legal form.
pub fn company_key(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let letters: String = lower.chars().filter(|c| *c != '.' && *c != '\'').collect();
    let mut words: Vec<&str> =
        letters.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    while words.len() > 1 && words.last().is_some_and(|word| LEGAL_FORMS.contains(word)) {
        words.pop();
    }
    let key: String = words.join(" ").chars().take(120).collect();
    (!key.is_empty()).then_some(key)
}

/// What names that are alike have in common, so that few need be compared: the first two letters.
pub fn stem(key: &str) -> String {
    key.chars().take(2).collect()
}

/// How alike two names are, in thousandths: the letters that need not be changed to make one the
/// other, of those of the longer. Source: Levenshtein's distance.
pub fn alike_per_mille(a: &str, b: &str) -> u32 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longer = a.len().max(b.len());
    if longer == 0 {
        return 1000;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    u32::try_from((longer - row[b.len()]) * 1000 / longer).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_read_out_of_what_people_write_and_free_mail_tells_no_company() {
        let cases = [
            ("Foundry.Example", Some("foundry.example")),
            ("https://www.foundry.example/about?x=1", Some("foundry.example")),
            ("http://foundry.example:8080", Some("foundry.example")),
            ("ann@foundry.example", Some("foundry.example")),
            ("gmail.com", None),
            ("localhost", None),
            ("", None),
        ];
        for (written, expected) in cases {
            assert_eq!(domain_key(written).as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn a_name_is_compared_without_its_legal_form() {
        let cases = [
            ("Harzer Gusswerke GmbH & Co. KG", Some("harzer gusswerke")),
            ("HARZER  Gusswerke", Some("harzer gusswerke")),
            ("Co", Some("co")),
            ("S.A.", Some("sa")),
            ("  –  ", None),
        ];
        for (name, expected) in cases {
            assert_eq!(company_key(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn likeness_is_the_share_of_letters_that_stay() {
        let cases = [
            ("harzer gusswerke", "harzer gusswerke", 1000),
            ("harzer gusswerke", "harzer gußwerke", 875),
            ("harzer gusswerke", "harzer gusswerk", 937),
            ("kitten", "sitting", 571),
            ("", "", 1000),
            ("a", "", 0),
        ];
        for (a, b, expected) in cases {
            assert_eq!((alike_per_mille(a, b), alike_per_mille(b, a)), (expected, expected), "{a}");
        }
    }
}
