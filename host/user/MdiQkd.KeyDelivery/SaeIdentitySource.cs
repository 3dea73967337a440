namespace MdiQkd.KeyDelivery;

/// <summary>Field of a client certificate that names the SAE (ETSI GS QKD 014 leaves the choice to the implementer).</summary>
public enum SaeIdentitySource
{
    /// <summary>The only common name of the subject; the default.</summary>
    SubjectCommonName = 0,

    /// <summary>The only URI in the subject alternative name.</summary>
    SubjectAlternativeUri = 1,

    /// <summary>The only DNS name in the subject alternative name.</summary>
    SubjectAlternativeDns = 2,
}
