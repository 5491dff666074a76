//! Money: an amount in minor units and its currency.

use serde::{Deserialize, Serialize};

/// An ISO 4217 code, such as `EUR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Why a text is not a currency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three capital letters, such as EUR")]
pub struct NotACurrency;

impl Currency {
    /// Reads a code.
    ///
    /// # Errors
    /// [`NotACurrency`] unless it is three ASCII letters; small letters are taken as capitals.
    pub fn parse(code: &str) -> Result<Currency, NotACurrency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| NotACurrency)?;
        if !bytes.iter().all(u8::is_ascii_alphabetic) {
            return Err(NotACurrency);
        }
        Ok(Currency(bytes.map(|byte| byte.to_ascii_uppercase())))
    }

    /// The code as text.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ASCII letters are UTF-8")
    }

    /// Digits after the decimal sign: 2 for most, 0 for JPY and its like, 3 for KWD and its like.
    /// Source: ISO 4217, minor units.
    pub fn minor_digits(&self) -> u32 {
        match self.code() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF"
            | "UGX" | "UYI" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        }
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Currency::parse(&code).map_err(serde::de::Error::custom)
    }
}

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units: cents for EUR, yen for JPY.
    pub amount_minor: i64,
    /// The currency of the amount.
    pub currency: Currency,
}

impl Money {
    /// Reads an amount as [`Money`] is written, with its currency behind it or without:
    /// `1,054.00 EUR`, `1054`. Nothing where it could be read in two ways.
    pub fn read(text: &str, currency: Currency) -> Option<Money> {
        let text = text.trim();
        let text = text.strip_suffix(currency.code()).unwrap_or(text).trim();
        let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
        let digits = currency.minor_digits() as usize;
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let plain = whole.replace(',', "");
        let is_parted = plain.parse().is_ok_and(|number| grouped(number) == whole);
        if plain.is_empty() || !is_digits(&plain) || !(plain == whole || is_parted) {
            return None;
        }
        if !is_digits(rest) || rest.len() > digits || (rest.is_empty() && text.contains('.')) {
            return None;
        }
        let minor: i64 = format!("{plain}{rest:0<digits$}").parse().ok()?;
        Some(Money { amount_minor: sign * minor, currency })
    }

    /// The amount in major units, for showing and for comparing, never for adding up.
    pub fn major(&self) -> f64 {
        self.amount_minor as f64 / 10_f64.powi(self.currency.minor_digits() as i32)
    }
}

impl std::fmt::Display for Money {
    /// `1,054.00 EUR`; the sign first, thousands parted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.currency.minor_digits();
        let unit = 10_u64.pow(digits);
        let amount = self.amount_minor.unsigned_abs();
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        write!(f, "{sign}{}", grouped(amount / unit))?;
        if digits > 0 {
            write!(f, ".{:0width$}", amount % unit, width = digits as usize)?;
        }
        write!(f, " {}", self.currency)
    }
}

/// A whole number with its thousands parted by commas.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_as_people_write_it() {
        let cases = [
            (105_400, "EUR", "1,054.00 EUR"),
            (-5, "USD", "-0.05 USD"),
            (1_234_567, "JPY", "1,234,567 JPY"),
            (1_500, "KWD", "1.500 KWD"),
        ];
        for (amount_minor, currency, expected) in cases {
            let currency = Currency::parse(currency).unwrap();
            assert_eq!(Money { amount_minor, currency }.to_string(), expected);
        }
    }

    #[test]
    fn money_is_read_as_it_is_written_and_in_one_way_only() {
        let read = |text: &str, currency: &str| {
            Money::read(text, Currency::parse(currency).unwrap()).map(|money| money.amount_minor)
        };
        for (minor, currency) in [(105_400, "EUR"), (-5, "USD"), (1_234_567, "JPY"), (1_500, "KWD")]
        {
            let money = Money { amount_minor: minor, currency: Currency::parse(currency).unwrap() };
            assert_eq!(read(&money.to_string(), currency), Some(minor), "{money}");
        }
        let cases = [
            ("60700", Some(6_070_000)),
            (" 60,700.5 EUR ", Some(6_070_050)),
            ("0", Some(0)),
            ("60.700", None),
            ("60.700,50", None),
            ("60,70", None),
            ("1,2345", None),
            ("7.", None),
            ("7.001", None),
            ("7 USD", None),
            ("", None),
            ("-", None),
            ("many", None),
            ("99999999999999999999", None),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text, "EUR"), expected, "{text}");
        }
    }

    #[test]
    fn a_currency_is_three_letters() {
        for wrong in ["", "E", "EURO", "E1R", "€€€"] {
            assert_eq!(Currency::parse(wrong), Err(NotACurrency), "{wrong}");
        }
        assert_eq!(Currency::parse("eur").unwrap().code(), "EUR");
    }
}
