namespace MdiQkd.KeyMaterial;

/// <summary>
/// Source of the random bits that secrecy rests on: prepared states, hash seeds, nonces. Kept apart from the seeded
/// generators of physics, so that a simulation seed can never reach a key by accident.
/// </summary>
public interface IKeyRandomness
{
    /// <summary>Fills <paramref name="destination"/> with independent uniform bytes. Thread-safe.</summary>
    void Fill(Span<byte> destination);
}
