//! What the elements of CycloneDX as XML are, and where in the tree of the JSON form they go.

/// What an element is, by where it stands and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Bom,
    Metadata,
    Component,
    Organization,
    Person,
    License,
    Expression,
    Attachment,
    Reference,
    Hash,
    Property,
    Dependency,
    /// An element of which only the attribute `ref` counts.
    Ref,
    Composition,
    Tools,
    Tool,
    Lifecycle,
    Service,
    Swid,
    Text,
    Components,
    Services,
    Dependencies,
    Compositions,
    Refs,
    Properties,
    Lifecycles,
    Authors,
    Licenses,
    References,
    Hashes,
    Tags,
}

/// Where in its parent an element goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Put {
    Field(&'static str),
    /// A field that holds the list of all elements of the name.
    Many(&'static str),
    Item,
}

/// What a child of that name is; `None` for what is skipped.
pub(super) fn child(parent: Shape, name: &str) -> Option<(Put, Shape)> {
    use Put::{Field, Item, Many};
    use Shape::*;
    Some(match (parent, name) {
        (Bom, "metadata") => (Field("metadata"), Metadata),
        (Bom | Component | Tools, "components") => (Field("components"), Components),
        (Components, "component") => (Item, Component),
        (Bom | Tools, "services") => (Field("services"), Services),
        (Services, "service") => (Item, Service),
        (Bom, "dependencies") => (Field("dependencies"), Dependencies),
        (Dependencies, "dependency") => (Item, Dependency),
        (Dependency, "dependency") => (Many("dependsOn"), Ref),
        (Bom, "compositions") => (Field("compositions"), Compositions),
        (Compositions, "composition") => (Item, Composition),
        (Composition, "aggregate") => (Field("aggregate"), Text),
        (Composition, "assemblies") => (Field("assemblies"), Refs),
        (Composition, "dependencies") => (Field("dependencies"), Refs),
        (Refs, "assembly" | "dependency") => (Item, Ref),
        (Metadata | Component, "properties") => (Field("properties"), Properties),
        (Properties, "property") => (Item, Property),
        (Metadata, "timestamp") => (Field("timestamp"), Text),
        (Metadata, "lifecycles") => (Field("lifecycles"), Lifecycles),
        (Lifecycles, "lifecycle") => (Item, Lifecycle),
        (Lifecycle, "phase") => (Field("phase"), Text),
        (Metadata, "tools") => (Field("tools"), Tools),
        (Tools, "tool") => (Item, Tool),
        (Metadata | Component, "authors") => (Field("authors"), Authors),
        (Authors, "author") => (Item, Person),
        (Metadata, "component") => (Field("component"), Component),
        (Metadata, "manufacture") => (Field("manufacture"), Organization),
        (Metadata | Component, "manufacturer") => (Field("manufacturer"), Organization),
        (Metadata | Component, "supplier") => (Field("supplier"), Organization),
        (Metadata | Component, "licenses") => (Field("licenses"), Licenses),
        (Licenses, "license") => (Item, License),
        (Licenses, "expression" | "expression-detailed") => (Item, Expression),
        (License, "id") => (Field("id"), Text),
        (License, "text") => (Field("text"), Attachment),
        (Organization, "url") => (Many("url"), Text),
        (Organization, "contact") => (Many("contact"), Person),
        (Person, "email") => (Field("email"), Text),
        (Component | Tool | License | Organization | Person | Lifecycle, "name") => {
            (Field("name"), Text)
        }
        (Component | Tool, "version") => (Field("version"), Text),
        (Component, "author") => (Field("author"), Text),
        (Component, "publisher") => (Field("publisher"), Text),
        (Component, "group") => (Field("group"), Text),
        (Component, "description") => (Field("description"), Text),
        (Component, "scope") => (Field("scope"), Text),
        (Component, "copyright") => (Field("copyright"), Text),
        (Component, "cpe") => (Field("cpe"), Text),
        (Component, "purl") => (Field("purl"), Text),
        (Component, "omniborId") => (Many("omniborId"), Text),
        (Component, "swhid") => (Many("swhid"), Text),
        (Component, "swid") => (Field("swid"), Swid),
        (Component | Reference, "hashes") => (Field("hashes"), Hashes),
        (Hashes, "hash") => (Item, Hash),
        (Component, "externalReferences") => (Field("externalReferences"), References),
        (References, "reference") => (Item, Reference),
        (Reference, "url") => (Field("url"), Text),
        (Reference, "comment") => (Field("comment"), Text),
        (Component, "tags") => (Field("tags"), Tags),
        (Tags, "tag") => (Item, Text),
        _ => return None,
    })
}

/// The key of an attribute that counts.
pub(super) fn attribute(shape: Shape, name: &str) -> Option<&'static str> {
    use Shape::*;
    Some(match (shape, name) {
        (Bom, "serialNumber") => "serialNumber",
        (Component | Service, "bom-ref") => "bom-ref",
        (Component | Reference, "type") => "type",
        (Hash, "alg") => "alg",
        (Property, "name") => "name",
        (Property, "value") => "value",
        (Dependency | Ref, "ref") => "ref",
        (License | Expression, "acknowledgement") => "acknowledgement",
        (Expression, "expression") => "expression",
        (Attachment, "encoding") => "encoding",
        (Swid, "tagId") => "tagId",
        _ => return None,
    })
}
