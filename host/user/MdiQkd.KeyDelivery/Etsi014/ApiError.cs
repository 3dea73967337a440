namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>A refusal, as the client sees it: a status code and the message of the JSON error body. Names no key.</summary>
/// <param name="StatusCode">HTTP status code, 400 or above.</param>
/// <param name="Message">For the person who reads the client's log.</param>
internal sealed record ApiError(int StatusCode, string Message)
{
    // The five messages that ETSI GS QKD 014 V1.1.1 prescribes for 400, as far as this server uses them.
    public static readonly ApiError SizeNotMultipleOf8 = BadRequest("size shall be a multiple of 8");
    public static readonly ApiError ExtensionMandatory = BadRequest("not all extension_mandatory parameters are supported");
    public static readonly ApiError KeysNotFound = BadRequest("one or more keys specified are not found on KME");

    public static readonly ApiError Unauthorized = new(401, "the client certificate names no SAE that is registered at this KME");
    public static readonly ApiError NotSlave = new(401, "the caller is not the slave SAE of every key specified");
    public static readonly ApiError NotFound = new(404, "no such resource");
    public static readonly ApiError TooLarge = new(413, $"the request body is larger than {RequestBody.BytesMax} bytes");
    public static readonly ApiError NotJson = new(415, "the request body shall be application/json in UTF-8");
    public static readonly ApiError Internal = new(500, "internal error of the KME");
    public static readonly ApiError NotEnoughKeys = new(503, "not enough keys are available");
    public static readonly ApiError PeerUnavailable = new(503, "the peer KME does not answer; no key is delivered");
    public static readonly ApiError PeerRefused = new(503, "the peer KME does not hold the keys; no key is delivered");
    public static readonly ApiError StoreUnavailable = new(503, "the key store is not available");

    public static ApiError BadRequest(string message) => new(400, message);

    public static ApiError MethodNotAllowed(string allowed) => new(405, $"the method shall be {allowed}");
}
