//! Eight bytes of text at once, as one number of 64 bits: cells are short, and most are done within
//! one or two steps. The first byte is the lowest.

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;

/// The number with which eight bytes begin, and how many digits it has.
pub(super) fn leading_number(bytes: [u8; 8]) -> (u32, u32) {
    let values = u64::from_le_bytes(bytes) ^ (ONES * u64::from(b'0'));
    // What a byte carries over, it carries to those that come after it.
    let others = (values.wrapping_add(ONES * (0x80 - 10)) | values) & HIGHS;
    let digits = others.trailing_zeros() / 8;
    if digits == 0 {
        return (0, 0);
    }
    // To the end, behind zeros: then two by two, four by four, and both halves.
    let values = values << (64 - 8 * digits);
    let pairs = (values * 10 + (values >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let number = (fours * 10_000 + (fours >> 32)) & 0xffff_ffff;
    (number as u32, digits)
}

/// Where the first of some signs stands; behind the last byte where there is none.
pub(super) fn first_of(signs: [u8; 3], bytes: &[u8]) -> usize {
    let (eights, rest) = bytes.as_chunks::<8>();
    for (place, eight) in eights.iter().enumerate() {
        let eight = u64::from_le_bytes(*eight);
        let found = signs.map(|sign| {
            let same = eight ^ (ONES * u64::from(sign));
            // Above a byte that is the sign this may be wrong, below it never is.
            same.wrapping_sub(ONES) & !same & HIGHS
        });
        let found = found[0] | found[1] | found[2];
        if found != 0 {
            return 8 * place + found.trailing_zeros() as usize / 8;
        }
    }
    let in_rest = rest.iter().position(|byte| signs.contains(byte));
    8 * eights.len() + in_rest.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_is_what_reading_digit_by_digit_says(
            bytes in prop::array::uniform8(prop_oneof![8 => b'0'..=b'9', 1 => any::<u8>()]),
        ) {
            let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit());
            let number = digits.clone().fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'));
            prop_assert_eq!(leading_number(bytes), (number, digits.count() as u32));
        }

        #[test]
        fn a_sign_is_found_where_looking_byte_by_byte_finds_it(
            signs in prop::array::uniform3(any::<u8>()),
            bytes in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let place = bytes.iter().position(|byte| signs.contains(byte));
            prop_assert_eq!(first_of(signs, &bytes), place.unwrap_or(bytes.len()));
            let place = bytes.iter().position(|byte| *byte == signs[0]);
            prop_assert_eq!(first_of([signs[0]; 3], &bytes), place.unwrap_or(bytes.len()));
        }
    }
}
