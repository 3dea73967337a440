namespace MdiQkd.Node.Pair;

/// <summary>Where the distillation of a closed block stands; a phase is never entered twice.</summary>
internal enum DistillationPhase
{
    /// <summary>Own first tag is sent, the peer's is not verified; nothing is disclosed.</summary>
    List,

    /// <summary>Own labels and X bits are disclosed, the peer's are not complete.</summary>
    Disclosure,

    /// <summary>Both disclosures are known and own second tag is sent; the peer's is not verified; no syndrome has left.</summary>
    Sifting,

    /// <summary>Syndromes are served.</summary>
    Reconciliation,

    /// <summary>B: the verification is sent, A's answer is awaited.</summary>
    Verification,

    /// <summary>The amplification seed is fixed; nothing but the third tag is accepted any more.</summary>
    Amplification,

    /// <summary>The third tags are verified; the key is stored and the peer's word that it stored its own is awaited.</summary>
    Storing,

    /// <summary>Both have stored it.</summary>
    Done,
}
