//! Which component of the document stands for which package of the evidence. Linear: every rule is
//! one pass over what the rules before it left, by hash maps.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use super::identity::{Agreement, Claimed, Origin, agreement};
use crate::bom::{Bom, Package, Scope};
use crate::package::SourceKind;

/// The rule by which a component was found to stand for a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Name, version and source agree.
    Exact,
    /// Its purl names the package, its own name or version does not.
    Purl,
    /// Name and version agree, the source does not or is not stated.
    NameVersion,
    /// Only the name agrees, and nothing else of that name is left on either side.
    Name,
    /// Nothing agrees, but both are the main component.
    Root,
}

impl Rule {
    /// What a message adds so that its reader knows how sure the match is.
    pub(super) const fn note(self) -> &'static str {
        match self {
            Self::Exact => "",
            Self::Purl => " (matched by package URL)",
            Self::NameVersion => " (matched by name and version)",
            Self::Name => " (matched by name alone)",
            Self::Root => " (matched as the main component)",
        }
    }
}

/// A component paired with a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    /// The package's index in the evidence.
    pub(super) package: usize,
    pub(super) rule: Rule,
    /// Whether another component stands for the package already.
    pub(super) again: bool,
}

pub(super) struct Matching {
    /// For each component, what it stands for.
    pub(super) pairs: Vec<Option<Pair>>,
    /// For each package, the first component that stands for it.
    pub(super) owners: Vec<Option<usize>>,
}

/// Pairs components with packages. `match_roots` lets the document's main component stand for the
/// evidence's single root where nothing else does.
pub(super) fn match_components(
    evidence: &Bom,
    claims: &[Claimed<'_>],
    replaced: &HashMap<usize, usize>,
    match_roots: bool,
) -> Matching {
    let packages = &evidence.packages;
    let origins: Vec<Origin> = packages
        .iter()
        .map(|package| Origin::of_source(&package.source))
        .collect();
    let known: Vec<Known<'_>> = packages
        .iter()
        .zip(&origins)
        .enumerate()
        .map(|(index, (package, origin))| Known {
            package,
            origin,
            is_built: package.scope != Scope::NotBuilt && !replaced.contains_key(&index),
        })
        .collect();
    let mut matcher = Matcher {
        known: &known,
        claims,
        claim_order: order_by(claims, |claimed| claimed.claim.main),
        known_order: (0..known.len()).collect(),
        result: Matching {
            pairs: vec![None; claims.len()],
            owners: vec![None; known.len()],
        },
    };
    matcher.run(evidence, match_roots);
    matcher.result
}

fn order_by<T, K: Ord>(items: &[T], key: impl Fn(&T) -> K) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|i| items.get(*i).map(&key));
    order
}

struct Known<'a> {
    package: &'a Package,
    origin: &'a Origin,
    is_built: bool,
}

impl Known<'_> {
    /// Whether a rule applies. A crate of the standard library is another one than the package of its
    /// name and version in a registry; no rule but the exact one may take the one for the other.
    fn may(&self, rule: Rule) -> bool {
        rule == Rule::Exact || self.origin.kind != SourceKind::Std
    }
}

struct Matcher<'a> {
    known: &'a [Known<'a>],
    claims: &'a [Claimed<'a>],
    /// The order in which components choose: the main component last, so that it never takes the
    /// place of a component that is listed as itself.
    claim_order: Vec<usize>,
    known_order: Vec<usize>,
    result: Matching,
}

impl<'a> Matcher<'a> {
    fn run(&mut self, evidence: &Bom, match_roots: bool) {
        self.by_key(
            Rule::Exact,
            |known| Some((name(known), version(known), known.origin)),
            |claimed| {
                let (name, version, origin) = claimed.purl_identity()?;
                claimed
                    .purl_is_consistent()
                    .then(|| (name, version.unwrap_or(claimed.version()), origin))
            },
        );
        self.by_key(
            Rule::Exact,
            |known| Some((name(known), version(known), known.origin)),
            |claimed| match claimed.purl_identity() {
                Some(_) => None,
                None => Some((
                    claimed.package.name.as_str(),
                    claimed.version(),
                    claimed.stated.as_ref()?,
                )),
            },
        );
        self.repeated_by_digest();
        self.contradictory();
        // The same place, another commit or nothing known of it.
        self.by_key(
            Rule::NameVersion,
            |known| {
                let Origin { kind, url, .. } = known.origin;
                Some((name(known), version(known), *kind, url.as_str()))
            },
            |claimed| {
                let Origin { kind, url, .. } = claimed.origin()?;
                let name = claimed.package.name.as_str();
                Some((name, claimed.version(), *kind, url.as_str()))
            },
        );
        self.by_name_and_version();
        self.by_key(
            Rule::Purl,
            |known| Some((name(known), version(known))),
            |claimed| {
                let (name, version, _) = claimed.purl_identity()?;
                Some((name, version?))
            },
        );
        // Where the evidence shows a part only, another version of a name may well be there too.
        if !evidence.is_partial() {
            self.by_name(&evidence.roots);
        }
        if match_roots {
            self.main_component(&evidence.roots);
        }
        self.repeated();
    }

    fn is_free(&self, known: usize) -> bool {
        self.result.owners.get(known).is_some_and(Option::is_none)
    }

    fn is_open(&self, claim: usize) -> bool {
        self.result.pairs.get(claim).is_some_and(Option::is_none)
    }

    fn pair(&mut self, claim: usize, package: usize, rule: Rule) {
        if let Some(owner) = self.result.owners.get_mut(package)
            && let Some(pair) = self.result.pairs.get_mut(claim)
        {
            let again = owner.is_some();
            owner.get_or_insert(claim);
            *pair = Some(Pair {
                package,
                rule,
                again,
            });
        }
    }

    /// Pairs what has the same key, first come, first served.
    fn by_key<K: Hash + Eq>(
        &mut self,
        rule: Rule,
        known_key: impl Fn(&'a Known<'a>) -> Option<K>,
        claim_key: impl Fn(&'a Claimed<'a>) -> Option<K>,
    ) {
        let (all, claims) = (self.known, self.claims);
        let mut free: HashMap<K, VecDeque<usize>> = HashMap::new();
        for index in &self.known_order {
            if let Some(key) = all.get(*index).filter(|k| k.may(rule)).and_then(&known_key)
                && self.is_free(*index)
            {
                free.entry(key).or_default().push_back(*index);
            }
        }
        if free.is_empty() {
            return;
        }
        for index in self.claim_order.clone() {
            if self.is_open(index)
                && let Some(claimed) = claims.get(index)
                && (rule == Rule::Exact || !claimed.is_std())
                && let Some(key) = claim_key(claimed)
                && let Some(package) = free.get_mut(&key).and_then(VecDeque::pop_front)
            {
                self.pair(index, package, rule);
            }
        }
    }

    /// A component that repeats a package down to the digest is a repetition, and must not be
    /// taken for another version of the name.
    fn repeated_by_digest(&mut self) {
        let owned = self.index(|matcher, index| !matcher.is_free(index));
        for index in self.claim_order.clone() {
            let Some(claimed) = self.claims.get(index).filter(|_| self.is_open(index)) else {
                continue;
            };
            let package = claimed
                .origin()
                .and_then(|origin| {
                    owned.get(&(claimed.package.name.as_str(), claimed.version(), origin))
                })
                .copied();
            if let Some(package) = package
                && self.digest_agrees(claimed, package)
            {
                self.pair(index, package, Rule::Exact);
            }
        }
    }

    fn index(
        &self,
        wanted: impl Fn(&Self, usize) -> bool,
    ) -> HashMap<(&'a str, &'a str, &'a Origin), usize> {
        let mut index = HashMap::new();
        for (i, known) in self.known.iter().enumerate() {
            if wanted(self, i) {
                index
                    .entry((name(known), version(known), known.origin))
                    .or_insert(i);
            }
        }
        index
    }

    fn digest_agrees(&self, claimed: &Claimed<'_>, package: usize) -> bool {
        let known = self
            .known
            .get(package)
            .and_then(|known| known.package.checksum.sha256);
        match (known, &claimed.sha256) {
            (Some(known), Some(claimed)) => known.to_string() == *claimed,
            _ => false,
        }
    }

    /// Components whose purl contradicts their own name or version. Either may be the lie: the
    /// digest tells, else the purl where it only names another version, else the name.
    fn contradictory(&mut self) {
        let by_purl = self.index(Self::is_free);
        let mut by_own: HashMap<(&str, &str), usize> = HashMap::new();
        for (i, known) in self.known.iter().enumerate() {
            if self.is_free(i) && known.may(Rule::NameVersion) {
                by_own.entry((name(known), version(known))).or_insert(i);
            }
        }
        for index in self.claim_order.clone() {
            let Some(claimed) = self.claims.get(index).filter(|_| self.is_open(index)) else {
                continue;
            };
            let Some((purl_name, Some(purl_version), origin)) = claimed.purl_identity() else {
                continue;
            };
            if claimed.purl_is_consistent() {
                continue;
            }
            let own_name = claimed.package.name.as_str();
            let purled = by_purl
                .get(&(purl_name, purl_version, origin))
                .copied()
                .filter(|known| self.is_free(*known));
            let own = by_own
                .get(&(own_name, claimed.version()))
                .copied()
                .filter(|known| self.is_free(*known));
            match (purled, own) {
                (Some(purled), Some(own)) => {
                    let by_purl = self.digest_agrees(claimed, purled)
                        || (!self.digest_agrees(claimed, own) && purl_name == own_name);
                    if by_purl {
                        self.pair(index, purled, Rule::Purl);
                    } else {
                        self.pair(index, own, Rule::NameVersion);
                    }
                }
                (Some(purled), None) => self.pair(index, purled, Rule::Purl),
                (None, Some(own)) => self.pair(index, own, Rule::NameVersion),
                (None, None) => {}
            }
        }
    }

    /// Name and version. Components that state no source go to local packages first, for those
    /// are what has none; what a build leaves out comes last.
    fn by_name_and_version(&mut self) {
        let known_order = std::mem::take(&mut self.known_order);
        let claim_order = std::mem::take(&mut self.claim_order);
        self.known_order = order_by(self.known, |known| {
            (!known.is_built, known.origin.kind != SourceKind::Path)
        });
        self.claim_order = order_by(self.claims, |claimed| {
            (claimed.claim.main, claimed.origin().is_some())
        });
        self.by_key(
            Rule::NameVersion,
            |known| Some((name(known), version(known))),
            |claimed| Some((claimed.package.name.as_str(), claimed.version())),
        );
        self.known_order = known_order;
        self.claim_order = claim_order;
    }

    /// The name alone, where exactly one is left on either side.
    fn by_name(&mut self, roots: &[usize]) {
        let mut left: HashMap<&str, (Tally, Tally)> = HashMap::new();
        for (i, known) in self.known.iter().enumerate() {
            if self.is_free(i) && known.may(Rule::Name) {
                left.entry(name(known)).or_default().0.add(i);
            }
        }
        for (i, claimed) in self.claims.iter().enumerate() {
            if self.is_open(i)
                && !claimed.is_std()
                && let Some((_, claims)) = left.get_mut(claimed.package.name.as_str())
            {
                claims.add(i);
            }
        }
        for (known, claim) in left.into_values() {
            if let (Tally::One(known), Tally::One(claim)) = (known, claim) {
                let main = self.claims.get(claim).is_some_and(|c| c.claim.main);
                // Another package of its name is no main component of another version.
                if !main || roots.contains(&known) {
                    self.pair(claim, known, Rule::Name);
                }
            }
        }
    }

    fn main_component(&mut self, roots: &[usize]) {
        let mut mains =
            (0..self.claims.len()).filter(|i| self.claims.get(*i).is_some_and(|c| c.claim.main));
        if let (Some(main), None, [root]) = (mains.next(), mains.next(), roots)
            && self.is_open(main)
            && self.is_free(*root)
        {
            self.pair(main, *root, Rule::Root);
        }
    }

    /// What is left and names a package that another component stands for already.
    fn repeated(&mut self) {
        let exact = self.index(|_, _| true);
        let mut groups: HashMap<(&str, &str), Group> = HashMap::new();
        for (i, known) in self.known.iter().enumerate() {
            if !known.may(Rule::NameVersion) {
                continue;
            }
            let group = groups.entry((name(known), version(known))).or_default();
            group.first.get_or_insert(i);
            if known.origin.kind == SourceKind::Path {
                group.local.get_or_insert(i);
            }
        }
        for index in 0..self.claims.len() {
            let Some(claimed) = self.claims.get(index).filter(|_| self.is_open(index)) else {
                continue;
            };
            if claimed.is_std() {
                continue;
            }
            let key = (claimed.package.name.as_str(), claimed.version());
            let Some(group) = groups.get(&key) else {
                continue;
            };
            let exact = claimed
                .origin()
                .and_then(|origin| exact.get(&(key.0, key.1, origin)));
            let package = match claimed.origin() {
                Some(origin) => exact.copied().or_else(|| {
                    [group.local, group.first]
                        .into_iter()
                        .flatten()
                        .find(|i| self.may_be(*i, origin))
                }),
                None => group.first,
            };
            if let Some(package) = package {
                self.pair(index, package, Rule::NameVersion);
            }
        }
    }

    fn may_be(&self, known: usize, origin: &Origin) -> bool {
        self.known
            .get(known)
            .is_some_and(|known| agreement(&known.package.source, origin) != Agreement::Other)
    }
}

fn name<'a>(known: &Known<'a>) -> &'a str {
    &known.package.name
}

fn version<'a>(known: &Known<'a>) -> &'a str {
    &known.package.version
}

/// None, one or several.
#[derive(Debug, Clone, Copy, Default)]
enum Tally {
    #[default]
    None,
    One(usize),
    Several,
}

impl Tally {
    fn add(&mut self, index: usize) {
        *self = match self {
            Self::None => Self::One(index),
            _ => Self::Several,
        };
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    first: Option<usize>,
    local: Option<usize>,
}
