//! Numbers by value, whatever their spelling.

/// A decimal number in one normal form, so that `1`, `1.0` and `10e-1` compare equal.
#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    /// Without zeros at either end; empty for zero.
    digits: String,
    /// The power of ten of the last digit. Out of reach exponents are clamped: such numbers compare by their digits.
    exponent: i64,
}

impl Decimal {
    fn read(token: &str) -> Self {
        let (negative, rest) = token.strip_prefix('-').map_or((false, token), |rest| (true, rest));
        let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
        let exponent: i64 = exponent.parse().unwrap_or(if exponent.starts_with('-') {
            i64::MIN / 4
        } else {
            i64::MAX / 4
        });
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let exponent = exponent.saturating_sub(fraction.len() as i64);
        let trimmed = digits.trim_end_matches('0');
        let exponent = exponent.saturating_add((digits.len() - trimmed.len()) as i64);
        let digits = trimmed.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Self {
                negative: false,
                digits,
                exponent: 0,
            };
        }
        Self {
            negative,
            digits,
            exponent,
        }
    }

    fn is_integer(&self) -> bool {
        self.exponent >= 0
    }
}

/// Equal by value: an integer must have every digit; a fraction is equal if it reads as the same double (RFC 8259 §6).
pub fn same_number(a: &str, b: &str) -> bool {
    let (left, right) = (Decimal::read(a), Decimal::read(b));
    if left == right {
        return true;
    }
    let doubles = (a.parse::<f64>(), b.parse::<f64>());
    match doubles {
        (Ok(x), Ok(y)) => !left.is_integer() && x == y,
        _ => false,
    }
}

/// Whether a token's value has no fractional part.
pub fn is_integer(token: &str) -> bool {
    Decimal::read(token).is_integer()
}
