namespace MdiQkd.Cli.Applications;

/// <summary>What two applications found; never the key.</summary>
/// <param name="KeyId">key_ID.</param>
/// <param name="Bits">Length of the key.</param>
/// <param name="MasterFingerprint">Start of the SHA-256 at the master.</param>
/// <param name="SlaveFingerprint">Start of the SHA-256 at the slave.</param>
/// <param name="Equal">Whether the keys are equal.</param>
internal sealed record KeyExchangeResult(
    string KeyId, int Bits, string MasterFingerprint, string SlaveFingerprint, bool Equal);
