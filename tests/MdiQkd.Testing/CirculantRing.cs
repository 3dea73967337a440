namespace MdiQkd.Testing;

/// <summary>Arithmetic of Z × Z circulants over GF(2): polynomials modulo x^Z + 1, Z a power of two and at least 64.</summary>
internal static class CirculantRing
{
    /// <summary>A polynomial has an inverse exactly if it has an odd number of terms.</summary>
    public static bool IsUnit(ulong[] a) => (a.Sum(word => (long)ulong.PopCount(word)) & 1) == 1;

    /// <summary>True if no term is set.</summary>
    public static bool IsZero(ulong[] a) => Array.TrueForAll(a, word => word == 0);

    /// <summary>target += a · b.</summary>
    public static void AddProduct(ulong[] target, ulong[] a, ulong[] b)
    {
        for (int bit = 0; bit < a.Length * 64; bit++)
        {
            if (((a[bit >> 6] >> (bit & 63)) & 1) != 0)
            {
                AddRotated(target, b, bit);
            }
        }
    }

    /// <summary>a · b.</summary>
    public static ulong[] Product(ulong[] a, ulong[] b)
    {
        ulong[] product = new ulong[a.Length];
        AddProduct(product, a, b);
        return product;
    }

    /// <summary>1 / a for a unit: a^Z = 1, so a^(Z-1), the product of a^(2^k).</summary>
    public static ulong[] Inverse(ulong[] a)
    {
        ulong[] inverse = new ulong[a.Length];
        inverse[0] = 1;
        ulong[] power = a;
        for (int size = a.Length * 64; size > 1; size /= 2)
        {
            inverse = Product(inverse, power);
            power = Square(power);
        }

        return inverse;
    }

    /// <summary>target += x^shift · a.</summary>
    public static void AddRotated(ulong[] target, ulong[] a, int shift)
    {
        int words = a.Length;
        int skip = shift >> 6;
        int left = shift & 63;
        for (int word = 0; word < words; word++)
        {
            ulong low = a[(word - skip + words) & (words - 1)] << left;
            ulong carry = left == 0 ? 0 : a[(word - skip - 1 + (2 * words)) & (words - 1)] >> (64 - left);
            target[word] ^= low | carry;
        }
    }

    private static ulong[] Square(ulong[] a)
    {
        ulong[] square = new ulong[a.Length];
        for (int bit = 0; bit < a.Length * 64; bit++)
        {
            if (((a[bit >> 6] >> (bit & 63)) & 1) != 0)
            {
                int doubled = (2 * bit) & ((a.Length * 64) - 1);
                square[doubled >> 6] ^= 1UL << (doubled & 63);
            }
        }

        return square;
    }
}
