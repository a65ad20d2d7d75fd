//! Which package needs which, and how much of that the document says to be known.

use super::super::graph::{self, Kind, Node, bare};
use super::{Reader, relation};
use crate::bom::EdgeKind;
use crate::error::Result;
use crate::sbom::claims::Target;
use crate::sbom::value::Place;

impl<'t> Reader<'_, 't, '_> {
    /// Takes every relationship that tells of a dependency.
    ///
    /// # Errors
    /// `Cancelled`.
    pub(super) fn relationships(&mut self) -> Result<()> {
        let graph = self.graph;
        for (index, node) in graph.nodes.iter().enumerate() {
            if index & 0xfff == 0 {
                self.cancel.check()?;
            }
            if node.kind == Kind::Relationship && !graph.is_retold(index, node) {
                self.relationship(node);
            }
        }
        Ok(())
    }

    fn relationship(&mut self, node: &Node<'t>) {
        let faults = &mut self.builder.faults;
        let kind = node.text("relationshipType", faults);
        let from = node.references("from", faults);
        let to = node.references("to", faults);
        if kind.is_none() || from.is_empty() || to.is_empty() {
            let missing = ["relationshipType", "from", "to"]
                .into_iter()
                .any(|name| graph::get(node.fields, name).is_none());
            if missing {
                let message = "the relationship lacks an end or its type";
                faults.add_at(&node.place, message);
            }
            return;
        }
        if from.len() > 1 {
            let message = "a relationship is from one element; the first is taken";
            faults.add_at(&node.at("from"), message);
        }
        let is_dependency = matches!(
            relation(node).as_str(),
            "dependson"
                | "hasprerequisite"
                | "hasstaticlink"
                | "hasdynamiclink"
                | "hasoptionaldependency"
                | "hasprovideddependency"
        );
        let Some(from) = from.first().copied().filter(|_| is_dependency) else {
            return;
        };
        self.builder.document.has_graph = true;
        self.builder.link(from, true);
        to.iter().for_each(|end| self.builder.link(end, false));
        let scope = graph::text(node.fields, "scope").map(bare);
        let kind = match scope {
            Some("runtime") => Some(EdgeKind::Normal),
            Some("build") => Some(EdgeKind::Build),
            Some("development" | "test") => Some(EdgeKind::Dev),
            // What this library writes without a scope is of no known kind.
            _ => self.own.then_some(EdgeKind::Unknown),
        };
        let source = self.builder.target(from);
        if source.is_none() && !self.is_elsewhere(from) {
            self.unknown_end(node, "from", from, from);
        }
        if let Some(Target::Package(index)) = source {
            self.completeness(index, node);
        } else if let Some(said) = graph::text(node.fields, "completeness") {
            self.builder.complete(from, bare(said));
        }
        let comment = graph::text(node.fields, "comment");
        for end in to {
            match (source, self.builder.target(end)) {
                (Some(Target::Package(from)), Some(Target::Package(index))) => {
                    let told =
                        comment.is_some_and(|text| self.builder.add_edge_with(from, index, text));
                    if !told {
                        self.builder.add_edge(from, index, end, kind);
                    }
                }
                (Some(Target::SyntheticRoot), Some(Target::Package(index))) => {
                    let roots = &mut self.builder.document.bom.roots;
                    if roots.last() != Some(&index) {
                        roots.push(index);
                    }
                }
                (_, None) if !self.is_elsewhere(end) => self.unknown_end(node, "to", from, end),
                _ => {}
            }
        }
    }

    fn unknown_end(&mut self, node: &Node<'t>, name: &str, from: &str, to: &str) {
        self.builder.unknown(&Place::At(&node.at(name)), from, to);
    }

    /// What is said of the completeness of a package's dependencies: of several words the least.
    fn completeness(&mut self, index: usize, node: &Node<'t>) {
        let Some(said) = graph::text(node.fields, "completeness").map(bare) else {
            return;
        };
        let Some(claim) = self.builder.document.claims.get_mut(index) else {
            return;
        };
        let rank = |word: &str| match word {
            "complete" => 2,
            "noAssertion" => 1,
            _ => 0,
        };
        let before = claim.completeness.as_deref();
        if before.is_none_or(|before| rank(said) < rank(before)) {
            claim.completeness = Some(said.to_owned());
        }
    }
}
