using System.Buffers.Binary;
using System.Globalization;

namespace MdiQkd.Protocol;

/// <summary>
/// Identity of a block: what one key is distilled from. Random, 128 bits; key ids derive from it.
/// </summary>
/// <param name="Value">The 128 bits; on a wire big-endian.</param>
public readonly record struct BlockId(UInt128 Value)
{
    /// <summary>Bytes on a wire.</summary>
    public const int Size = 16;

    /// <summary>Reads 16 big-endian bytes.</summary>
    public static BlockId Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128BigEndian(source));

    /// <summary>Parses 32 hexadecimal digits.</summary>
    /// <exception cref="FormatException">Not 32 hexadecimal digits.</exception>
    public static BlockId Parse(string hex) => new(UInt128.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    /// <summary>Writes 16 big-endian bytes.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>The 16 big-endian bytes in a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
