using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>The "key request" of ETSI GS QKD 014 V1.1.1, clause 6.2, as far as it is supported: number and size.</summary>
/// <param name="Number">Keys.</param>
/// <param name="SizeBits">Bits per key.</param>
internal sealed record KeyRequest(int Number, int SizeBits)
{
    /// <summary>Combines query and body; what both name must agree.</summary>
    public static bool TryRead(
        IQueryCollection query, JsonElement body, KeyDeliveryOptions options,
        [NotNullWhen(true)] out KeyRequest? request, [NotNullWhen(false)] out ApiError? error)
    {
        request = null;
        if (query.Keys.FirstOrDefault(name => name is not ("number" or "size")) is { } unknown)
        {
            error = ApiError.BadRequest($"query parameter '{unknown}' is not known");
            return false;
        }
        if (!TryReadInteger(query, body, "number", 1, out int number, out error)
            || !TryReadInteger(query, body, "size", options.DefaultKeySizeBits, out int sizeBits, out error))
        {
            return false;
        }
        error = CheckExtensions(body) ?? CheckRange(number, sizeBits, options);
        request = error is null ? new KeyRequest(number, sizeBits) : null;
        return request is not null;
    }

    private static ApiError? CheckRange(int number, int sizeBits, KeyDeliveryOptions options)
    {
        if (number < 1 || number > options.MaxKeysPerRequest)
        {
            return ApiError.BadRequest($"number shall be 1 to {options.MaxKeysPerRequest}");
        }
        if (sizeBits % 8 != 0)
        {
            return ApiError.SizeNotMultipleOf8;
        }
        return sizeBits < options.MinKeySizeBits || sizeBits > options.MaxKeySizeBits
            ? ApiError.BadRequest($"size shall be {options.MinKeySizeBits} to {options.MaxKeySizeBits}")
            : null;
    }

    private static ApiError? CheckExtensions(JsonElement body)
    {
        if (!TryReadArray(body, "additional_slave_SAE_IDs", out int additional))
        {
            return ApiError.BadRequest("additional_slave_SAE_IDs shall be an array");
        }
        if (additional > 0)
        {
            return ApiError.BadRequest("additional_slave_SAE_IDs is not supported (max_SAE_ID_count is 0)");
        }
        if (!TryReadArray(body, "extension_mandatory", out int mandatory))
        {
            return ApiError.BadRequest("extension_mandatory shall be an array");
        }
        return mandatory > 0 ? ApiError.ExtensionMandatory : null;
    }

    // Many clients write null for what they do not use.
    private static bool TryReadArray(JsonElement body, string name, out int length)
    {
        length = 0;
        if (!body.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }
        length = value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() : 0;
        return value.ValueKind == JsonValueKind.Array;
    }

    private static bool TryReadInteger(
        IQueryCollection query, JsonElement body, string name, int defaultValue, out int value, [NotNullWhen(false)] out ApiError? error)
    {
        value = defaultValue;
        error = ApiError.BadRequest($"{name} shall be an integer");
        bool inBody = body.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null;
        if (inBody && (member.ValueKind != JsonValueKind.Number || !member.TryGetInt32(out value)))
        {
            return false;
        }
        if (query.TryGetValue(name, out StringValues texts))
        {
            if (texts.Count != 1 || !int.TryParse(texts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int inQuery))
            {
                return false;
            }
            if (inBody && inQuery != value)
            {
                error = ApiError.BadRequest($"{name} in the query contradicts {name} in the body");
                return false;
            }
            value = inQuery;
        }
        error = null;
        return true;
    }
}
