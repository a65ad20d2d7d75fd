//! The digests of a component, as its format lists them.

use crate::bom::Package;
use crate::digest::{Sha256, Sha512};
use crate::sbom::Claim;
use crate::sbom::value::{Faults, Fields, Place};

/// What a format calls its list of digests, and in each of them the algorithm and the digits.
pub(in crate::sbom) struct HashKeys {
    pub list: &'static str,
    pub algorithm: &'static str,
    pub digits: &'static str,
}

/// The digests of an object: the algorithm as the document names it, the digits as written, and
/// the place of the digits is told to `each`.
pub(in crate::sbom) fn hashes<'t>(
    fields: &'t Fields<'_>,
    keys: &HashKeys,
    faults: &mut Faults,
    place: &Place<'_>,
    mut each: impl FnMut(&'t str, &'t str, &mut Faults, &Place<'_>),
) {
    let list_place = place.key(keys.list);
    for (index, item) in faults.array(fields, keys.list, place).iter().enumerate() {
        let place = list_place.index(index);
        let Some(hash) = faults.as_object(item, &place) else {
            continue;
        };
        let algorithm = faults.text(hash, keys.algorithm, &place);
        let digits = faults.text(hash, keys.digits, &place);
        if let (Some(algorithm), Some(digits)) = (algorithm, digits) {
            each(algorithm, digits, faults, &place.key(keys.digits));
        }
    }
}

/// Takes the digests of a component into its package and its claim.
pub(in crate::sbom) fn take_hashes(
    fields: &Fields<'_>,
    keys: &HashKeys,
    faults: &mut Faults,
    place: &Place<'_>,
    package: &mut Package,
    claim: &mut Claim,
) {
    hashes(
        fields,
        keys,
        faults,
        place,
        |algorithm, digits, faults, place| {
            take_hash(package, algorithm, digits, faults, place);
            claim.hashes.push((algorithm.to_owned(), digits.to_owned()));
        },
    );
}

/// Takes a digest into the package, where it is one that it has a field for.
pub(in crate::sbom) fn take_hash(
    package: &mut Package,
    algorithm: &str,
    digits: &str,
    faults: &mut Faults,
    place: &Place<'_>,
) {
    let plain: String = algorithm
        .chars()
        .filter(|c| *c != '-' && *c != '_')
        .take(16)
        .collect::<String>()
        .to_ascii_uppercase();
    let clash = match plain.as_str() {
        "SHA256" => match digits.parse::<Sha256>() {
            Ok(hash) => package.checksum.sha256.replace(hash).is_some_and(|old| {
                package.checksum.sha256 = Some(old);
                old != hash
            }),
            Err(_) => return faults.add(place, "a SHA-256 digest has 64 hexadecimal digits"),
        },
        "SHA512" => match digits.parse::<Sha512>() {
            Ok(hash) => package.checksum.sha512.replace(hash).is_some_and(|old| {
                package.checksum.sha512 = Some(old);
                old != hash
            }),
            Err(_) => return faults.add(place, "a SHA-512 digest has 128 hexadecimal digits"),
        },
        _ => false,
    };
    if clash {
        faults.add(
            place,
            "the component has another digest of the same algorithm",
        );
    }
}
