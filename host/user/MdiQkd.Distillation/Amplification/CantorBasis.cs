namespace MdiQkd.Distillation.Amplification;

/// <summary>
/// Evaluation points of the additive transform: the Cantor basis β_0 = 1, β_{i+1}² + β_{i+1} = β_i of
/// F = GF(2)[x] / (x^64 + x^4 + x^3 + x + 1) (Cantor, J. Comb. Theory A 50, 285 (1989)). With it the subspace polynomials
/// s_i satisfy s_i(β_{i+j}) = β_j, so the twiddle factors of all layers come from one table.
/// </summary>
internal static class CantorBasis
{
    /// <summary>Basis elements listed: transforms of up to 2^24 points.</summary>
    public const int Count = 24;

    /// <summary>Low terms of the field's modulus: x^64 = x^4 + x^3 + x + 1.</summary>
    public const ulong Modulus = 0x1B;

    private const int TableBits = 12;

    private static readonly ulong[] Low = Table(1);
    private static readonly ulong[] High = Table(1 + TableBits);

    /// <summary>β_0 …; of the two roots the one without constant term.</summary>
    public static ReadOnlySpan<ulong> Elements =>
    [
        0x0000000000000001, 0x19C9369F278ADC02, 0xA181E7D66F5FF794, 0x5DB84357CE785D08,
        0xB973D466F5C9D0CA, 0x521AC889831A075E, 0x033CE8BEDDC8A656, 0xB5846C4E07B91010,
        0x4087B8CBB37A32EC, 0x00D0D3888C0AE17C, 0xAFD5AC70237F2222, 0xE3F5AF99CC3AAAF8,
        0x5A1DB3B16A0B58B8, 0x09947C54FE7EE248, 0x0E8EAF0E0068F544, 0xA2A113500B4B4F5A,
        0xE96F9805D6CE0BB0, 0x53496F8B5C9EDD4C, 0xAD325CB6F4AC2A9E, 0x4A8DCF8BD7EDE826,
        0xA3E9C552B6434210, 0x5FA92AD9C9BC7ED0, 0xA389F910CD7734DE, 0xE916F3DFCA4609D8,
    ];

    /// <summary>Twiddle factor of a block, Σ_j block_j β_{j+1}: the value of s_i on the first half of block number
    /// <paramref name="block"/> in layer i, for every i. XOR-linear in the block number.</summary>
    public static ulong Twiddle(int block) => Low[block & ((1 << TableBits) - 1)] ^ High[block >> TableBits];

    private static ulong[] Table(int first)
    {
        ulong[] table = new ulong[1 << Math.Min(TableBits, Count - first)];
        for (int i = 1; i < table.Length; i++)
        {
            table[i] = table[i & (i - 1)] ^ Elements[first + int.TrailingZeroCount(i)];
        }

        return table;
    }
}
