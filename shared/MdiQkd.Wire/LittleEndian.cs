namespace MdiQkd.Wire;

/// <summary>Little-endian numbers in byte arrays, without allocation: BitConverter.GetBytes would make an array each.</summary>
public static class LittleEndian
{
    /// <summary>Unsigned 16-bit number at <paramref name="offset"/>.</summary>
    public static int GetUInt16(byte[] buffer, int offset) => buffer[offset] | (buffer[offset + 1] << 8);

    /// <summary>Unsigned 32-bit number at <paramref name="offset"/>.</summary>
    public static uint GetUInt32(byte[] buffer, int offset) =>
        (uint)(buffer[offset] | (buffer[offset + 1] << 8) | (buffer[offset + 2] << 16) | (buffer[offset + 3] << 24));

    /// <summary>Signed 32-bit number at <paramref name="offset"/>.</summary>
    public static int GetInt32(byte[] buffer, int offset) => (int)GetUInt32(buffer, offset);

    /// <summary>Signed 64-bit number at <paramref name="offset"/>.</summary>
    public static long GetInt64(byte[] buffer, int offset) =>
        (long)(GetUInt32(buffer, offset) | ((ulong)GetUInt32(buffer, offset + 4) << 32));

    /// <summary>Writes the low 16 bits of <paramref name="value"/>.</summary>
    public static void PutUInt16(byte[] buffer, int offset, int value)
    {
        buffer[offset] = (byte)value;
        buffer[offset + 1] = (byte)(value >> 8);
    }

    /// <summary>Writes an unsigned 32-bit number.</summary>
    public static void PutUInt32(byte[] buffer, int offset, uint value)
    {
        buffer[offset] = (byte)value;
        buffer[offset + 1] = (byte)(value >> 8);
        buffer[offset + 2] = (byte)(value >> 16);
        buffer[offset + 3] = (byte)(value >> 24);
    }

    /// <summary>Writes a signed 32-bit number.</summary>
    public static void PutInt32(byte[] buffer, int offset, int value) => PutUInt32(buffer, offset, (uint)value);

    /// <summary>Writes a signed 64-bit number.</summary>
    public static void PutInt64(byte[] buffer, int offset, long value)
    {
        PutUInt32(buffer, offset, (uint)value);
        PutUInt32(buffer, offset + 4, (uint)(value >> 32));
    }
}
