using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>Reads the SAE id out of a client certificate whose chain the transport has verified.</summary>
public static class SaeCertificate
{
    private const string CommonNameOid = "2.5.4.3";
    private const string SubjectAlternativeNameOid = "2.5.29.17";
    private const int DnsNameTag = 2;
    private const int UriTag = 6;

    /// <summary>The SAE id, if the configured field occurs exactly once; a certificate with several names none.</summary>
    public static bool TryReadId(X509Certificate2 certificate, SaeIdentitySource source, [NotNullWhen(true)] out string? saeId)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        List<string> names;
        try
        {
            names = source switch
            {
                SaeIdentitySource.SubjectCommonName => CommonNames(certificate),
                SaeIdentitySource.SubjectAlternativeUri => AlternativeNames(certificate, UriTag),
                SaeIdentitySource.SubjectAlternativeDns => AlternativeNames(certificate, DnsNameTag),
                _ => [],
            };
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or DecoderFallbackException)
        {
            names = [];
        }
        saeId = names.Count == 1 && names[0].Length > 0 ? names[0] : null;
        return saeId is not null;
    }

    /// <summary>The registered SAE of this node that the certificate stands for.</summary>
    internal static bool TryAuthenticate(X509Certificate2? certificate, KeyDeliveryOptions options, [NotNullWhen(true)] out string? saeId)
    {
        saeId = null;
        if (certificate is null || !TryReadId(certificate, options.IdentitySource, out string? id)
            || !options.Directory.TryFind(id, out SaeEntry? sae) || sae.Node != options.Node)
        {
            return false;
        }
        if (sae.CertificateSha256 is { } expected
            && !expected.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        saeId = id;
        return true;
    }

    private static List<string> CommonNames(X509Certificate2 certificate)
    {
        List<string> names = [];
        foreach (X500RelativeDistinguishedName part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements)
            {
                return [];
            }
            if (part.GetSingleElementType().Value == CommonNameOid && part.GetSingleElementValue() is { } name)
            {
                names.Add(name);
            }
        }
        return names;
    }

    // RFC 5280, section 4.2.1.6: SEQUENCE OF GeneralName, dNSName [2] and uniformResourceIdentifier [6] are IA5String.
    private static List<string> AlternativeNames(X509Certificate2 certificate, int tag)
    {
        List<string> names = [];
        foreach (X509Extension extension in certificate.Extensions.Where(found => found.Oid?.Value == SubjectAlternativeNameOid))
        {
            AsnReader general = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (general.HasData)
            {
                Asn1Tag next = general.PeekTag();
                if (next.TagClass == TagClass.ContextSpecific && next.TagValue == tag)
                {
                    names.Add(general.ReadCharacterString(UniversalTagNumber.IA5String, next));
                }
                else
                {
                    general.ReadEncodedValue();
                }
            }
        }
        return names;
    }
}
