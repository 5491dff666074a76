//! What the names and signs of currencies mean.

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// One currency.
    One(&'static str),
    /// One of several; `usual` if the world over it mostly means one.
    Several { codes: &'static [&'static str], usual: Option<&'static str> },
    /// None that we know.
    Unknown,
}

/// Codes in use. Source: ISO 4217, list one, without funds and metals.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB \
    BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB \
    EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD \
    JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT \
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR \
    RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND \
    TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL";

const DOLLARS: &[&str] = &[
    "USD", "AUD", "CAD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "JMD", "BSD",
    "BBD", "BZD", "FJD", "GYD", "KYD", "NAD", "SRD", "TTD", "UYU", "XCD", "LRD", "BMD", "BND",
];

const SIGNS: [(&str, &str); 33] = [
    ("€", "EUR"),
    ("EURO", "EUR"),
    ("EUROS", "EUR"),
    ("US$", "USD"),
    ("U$", "USD"),
    ("USD$", "USD"),
    ("DOLLARS", "USD"),
    ("C$", "CAD"),
    ("CA$", "CAD"),
    ("CAD$", "CAD"),
    ("A$", "AUD"),
    ("AU$", "AUD"),
    ("AUD$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("S$", "SGD"),
    ("NT$", "TWD"),
    ("MX$", "MXN"),
    ("R$", "BRL"),
    ("FR", "CHF"),
    ("SFR", "CHF"),
    ("ZŁ", "PLN"),
    ("KČ", "CZK"),
    ("FT", "HUF"),
    ("₽", "RUB"),
    ("₩", "KRW"),
    ("₪", "ILS"),
    ("₺", "TRY"),
    ("₫", "VND"),
    ("฿", "THB"),
    ("₴", "UAH"),
    ("₦", "NGN"),
    ("₱", "PHP"),
];

/// What a name or a sign means, in capitals or not.
pub(super) fn meaning(name: &str) -> Meaning {
    let name = name.trim_matches(['.', ' ']).to_uppercase();
    let several = |codes, usual| Meaning::Several { codes, usual };
    match name.as_str() {
        "$" => return several(DOLLARS, Some("USD")),
        "£" => return several(&["GBP", "EGP", "FKP", "GIP", "SHP", "LBP"], Some("GBP")),
        "¥" | "￥" => return several(&["JPY", "CNY"], Some("JPY")),
        "₹" => return several(&["INR"], Some("INR")),
        "RS" => return several(&["INR", "PKR", "LKR", "NPR", "MUR", "SCR"], None),
        "KR" => return several(&["SEK", "NOK", "DKK", "ISK"], None),
        "R" => return several(&["ZAR"], None),
        _ => {}
    }
    if let Some((_, code)) = SIGNS.iter().find(|(sign, _)| *sign == name) {
        return Meaning::One(code);
    }
    CODES.split_whitespace().find(|code| *code == name).map_or(Meaning::Unknown, Meaning::One)
}
