using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>The "key IDs" of ETSI GS QKD 014 V1.1.1, clause 6.4: one in the query of a GET, or an array in the body of a POST.</summary>
internal static class KeyIdsRequest
{
    /// <summary>Reads the ids; unknown members, also within an entry, are ignored.</summary>
    public static bool TryRead(
        HttpRequest http, JsonElement body, int idsMax,
        [NotNullWhen(true)] out IReadOnlyList<Guid>? ids, [NotNullWhen(false)] out ApiError? error)
    {
        ids = null;
        error = HttpMethods.IsGet(http.Method) ? ReadQuery(http.Query, out ids) : ReadBody(http.Query, body, idsMax, out ids);
        if (ids is not null && ids.Distinct().Count() != ids.Count)
        {
            (ids, error) = (null, ApiError.BadRequest("a key_ID is named twice"));
        }
        return error is null && ids is not null;
    }

    private static ApiError? ReadQuery(IQueryCollection query, out IReadOnlyList<Guid>? ids)
    {
        ids = null;
        if (query.Count != 1 || !query.TryGetValue("key_ID", out StringValues texts) || texts.Count != 1)
        {
            return ApiError.BadRequest("GET takes exactly one query parameter, key_ID; use POST for more");
        }
        if (!Guid.TryParseExact(texts[0], "D", out Guid id))
        {
            return NotUuid;
        }
        ids = [id];
        return null;
    }

    private static ApiError? ReadBody(IQueryCollection query, JsonElement body, int idsMax, out IReadOnlyList<Guid>? ids)
    {
        ids = null;
        if (query.Count > 0)
        {
            return ApiError.BadRequest("POST takes no query parameters here");
        }
        if (!body.TryGetProperty("key_IDs", out JsonElement entries) || entries.ValueKind != JsonValueKind.Array
            || entries.GetArrayLength() < 1 || entries.GetArrayLength() > idsMax)
        {
            return ApiError.BadRequest($"key_IDs shall be an array of 1 to {idsMax} objects with a key_ID");
        }
        List<Guid> found = [];
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("key_ID", out JsonElement text)
                || text.ValueKind != JsonValueKind.String || !Guid.TryParseExact(text.GetString(), "D", out Guid id))
            {
                return NotUuid;
            }
            found.Add(id);
        }
        ids = found;
        return null;
    }

    private static ApiError NotUuid => ApiError.BadRequest("a key_ID shall be a UUID of 36 characters");
}
